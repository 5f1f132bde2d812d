function (map, words) {
  // Leaflet speaks English; these pages speak the language of their readers.
  const decode = (text) => new DOMParser().parseFromString(text, "text/html").body.textContent;
  for (const [name, text] of [["in", words.zoom_in], ["out", words.zoom_out]]) {
    const button = document.querySelector(".leaflet-control-zoom-" + name);
    if (button) {
      button.title = decode(text);
      button.setAttribute("aria-label", decode(text));
    }
  }
}
