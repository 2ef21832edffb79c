"""The scripts of ours that a page may run: the gate lets no other one through."""

ADDRESS = """\
(() => {
  const { page, query, how } = document.currentScript.dataset, here = window.location
  const shown = here.pathname.split("/").pop()
  if ((shown && shown !== page) || here.search.slice(1) === query) return
  const address = here.pathname + (query ? "?" + query : "")
  window.history[how === "new" ? "pushState" : "replaceState"]({}, "", address)
})()
"""
"""Writes into the address bar what is looked at (`data-query`) on a page (`data-page`).

It is an entry of its own in the browser's history where something was changed by hand
(`data-how="new"`), and otherwise part of the one that led here. Streamlit, asked to write the
address, makes an entry of every message, and another one of every change of page.
"""

THEME = """\
(() => {
  if (window.brittlescopeTheme) return
  window.brittlescopeTheme = true
  const again = () => document.querySelector(".st-key-drawn-again button")?.click()
  window.matchMedia("(prefers-color-scheme: dark)")
    .addEventListener("change", () => window.setTimeout(again, 200))
})()
"""
"""Presses the button that has the page run again, once Streamlit has taken another theme."""

KEYS = """\
(() => {
  if (window.brittlescopeKeys) return
  window.brittlescopeKeys = true
  const held = (event) => {
    const at = event.target
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return
    if (!event.key || event.key.length !== 1) return
    if (at && (at.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName))) return
    const key = event.key.toLowerCase()
    const place = `[class*="st-key-own-${key}-"] button`
    const button = /[a-z]/.test(key) ? document.querySelector(place) : null
    if (!button) return
    event.preventDefault()
    event.stopImmediatePropagation()
    if (event.type === "keydown") button.click()
  }
  for (const type of ["keydown", "keypress", "keyup"]) window.addEventListener(type, held, true)
})()
"""
"""Presses the button whose key is `own-LETTER-…` where that letter is pressed outside of a field.

Streamlit keeps R and C to itself: it would run the page again, or offer to clear the cache.
"""

MARKS = """\
(() => {
  if (window.brittlescopeMarks) return
  window.brittlescopeMarks = true
  const charts = "[data-testid=stVegaLiteChart]", marks = ".role-mark > [role=graphics-symbol]"
  const around = (mark) => [...mark.closest(charts).querySelectorAll(marks)]
  const place = (mark) => {
    const { left, top, width, height } = mark.getBoundingClientRect()
    return { x: left + width / 2, y: top + height / 2 }
  }
  const lead = (mark) => {
    for (const one of around(mark)) one.setAttribute("tabindex", one === mark ? 0 : -1)
  }
  const offer = () => {
    for (const chart of document.querySelectorAll(charts)) {
      const [first] = chart.querySelectorAll(marks)
      if (first && !chart.querySelector(`${marks}[tabindex="0"]`)) lead(first)
    }
  }
  const point = (mark, type) => {
    const { x, y } = place(mark)
    mark.dispatchEvent(new PointerEvent(type, { bubbles: true, clientX: x, clientY: y }))
  }
  const next = (mark, x, y) => {
    const from = place(mark)
    const far = (one) => {
      const to = place(one), [across, down] = [to.x - from.x, to.y - from.y]
      const ahead = across * x + down * y
      return ahead > 1 ? ahead + 3 * Math.abs(across * y + down * x) : Infinity
    }
    const found = around(mark).map((one) => [far(one), one]).sort(([a], [b]) => a - b)[0]
    return found[0] < Infinity ? found[1] : null
  }
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }
  document.addEventListener("keydown", (event) => {
    const mark = event.target.closest?.(`${charts} ${marks}`)
    if (!mark || event.ctrlKey || event.metaKey || event.altKey) return
    if (event.key === "Enter" || event.key === " ") point(mark, "click")
    else if (event.key === "Escape") point(mark, "pointerout")
    else if (ways[event.key]) {
      const other = next(mark, ...ways[event.key])
      if (other) { lead(other); other.focus() }
    } else return
    event.preventDefault()
    event.stopPropagation()
  }, true)
  document.addEventListener("focusin", ({ target }) => {
    if (target.matches(`${charts} ${marks}`)) point(target, "pointermove")
  })
  document.addEventListener("focusout", ({ target }) => {
    if (target.matches(`${charts} ${marks}`)) point(target, "pointerout")
  })
  let isDue = false
  new MutationObserver(() => {
    if (isDue) return
    isDue = true
    window.setTimeout(() => { isDue = false; offer() }, 100)
  }).observe(document.body, { childList: true, subtree: true })
  offer()
})()
"""
"""Makes the marks of every chart reachable: Tab leads to a chart, arrows from one of its marks to
the nearest that way; a mark that is reached shows what it shows under the pointer, and Enter is a
click on it. Vega draws marks anew where a chart changes, so that they are offered again.
"""
