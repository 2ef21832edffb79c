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
