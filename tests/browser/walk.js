// What is wrong with the words of a page: raw names, hashes, cut and overlapping texts.
// Texts of models, judges and files, commands and tables are not looked at.
() => {
  const found = { raw: [], hashes: [], cut: [], overlapping: [] };
  const foreign = "pre, code, script, style, details, [data-testid=stHtml], [data-testid=stCode], "
    + "[data-testid=stDataFrame], [translate=no], [data-testid=stIconMaterial], .vg-tooltip";
  const isSeen = (element) => {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    return box.width > 1 && box.height > 1 && box.bottom > 0 && box.right > 0
      && style.visibility !== "hidden" && Number(style.opacity) > 0;
  };
  const short = (text) => text.replace(/\s+/g, " ").slice(0, 80);

  const app = document.querySelector("[data-testid=stApp]");
  const texts = document.createTreeWalker(app, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement;
    const text = node.data.trim();
    if (!text || element.closest(foreign) || !isSeen(element)) continue;
    for (const word of text.split(/[\s·,;:()“”]+/)) {
      if (/[a-z0-9]_+[a-z0-9]/i.test(word)) found.raw.push(`${word} in “${short(text)}”`);
      if (/^(?=.*\d)(?=.*[a-f])[0-9a-f]{6,}$/.test(word)) {
        found.hashes.push(`${word} in “${short(text)}”`);
      }
    }
    const style = getComputedStyle(element);
    const isClipped = style.overflowX !== "visible" || style.textOverflow === "ellipsis";
    if (isClipped && element.clientWidth && element.scrollWidth > element.clientWidth + 1) {
      found.cut.push(short(text));
    }
  }

  for (const chart of document.querySelectorAll("[data-testid=stVegaLiteChart] svg")) {
    const edge = chart.getBoundingClientRect();
    const labels = [...chart.querySelectorAll("text")]
      .filter((label) => label.textContent.trim() && isSeen(label))
      .map((label) => ({
        text: short(label.textContent.trim()),
        box: label.getBoundingClientRect(),
        isTurned: /rotate\((?!0\))/.test(label.getAttribute("transform") ?? ""),
      }));
    labels.forEach((label, at) => {
      if (/…$/.test(label.text)) found.cut.push(label.text);
      const beyond = Math.max(edge.left - label.box.left, label.box.right - edge.right);
      // The box of a turned label is larger than it is, and no page is wide enough for some of them.
      if (beyond > (label.isTurned ? 20 : 3)) found.cut.push(`${label.text} (${Math.round(beyond)} pixels beyond the edge)`);
      for (const other of labels.slice(at + 1)) {
        if (label.isTurned || other.isTurned) continue; // their boxes are larger than they are
        const [a, b] = [label.box, other.box];
        const across = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        const down = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (across > 2 && down > 4) found.overlapping.push(`${label.text} and ${other.text}`);
      }
    });
  }
  return Object.fromEntries(Object.entries(found).map(([kind, every]) => [kind, [...new Set(every)]]));
}
