"""The one script of ours that a page may run: the gate lets no other one through."""

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
