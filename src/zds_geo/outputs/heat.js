function (map, layer, data) {
  // Hatching is a second line on top of each line; both follow the view and the zoom.
  const lines = layer.getLayers();
  const overs = lines.map((line) => L.polyline(line.getLatLngs(), { interactive: false, opacity: 0 }));
  L.layerGroup(overs).addTo(map);
  let view = 0;
  const paint = () => {
    const k = Math.max(0.38, Math.min(1, Math.pow(2, (map.getZoom() - 16) * 0.75)));
    lines.forEach((line, i) => {
      const facts = line.feature.properties;
      const style = data.styles[facts.c[view]];
      const opacity = data.fades[facts.f];
      line.setStyle({ color: style.colour, weight: data.weight * k, opacity: opacity, lineCap: "butt" });
      overs[i].setStyle({
        color: style.over || style.colour, weight: style.over ? style.over_weight * k : 0,
        opacity: style.over ? opacity : 0, lineCap: "butt",
        dashArray: style.over_dash ? style.over_dash.map((d) => d * k).join(" ") : null,
      });
    });
  };
  map.on("zoomend", paint);
  paint();

  const legends = document.querySelectorAll("[data-view]");
  document.querySelectorAll("input[name=view]").forEach((box) => {
    box.addEventListener("change", () => {
      view = Number(box.value);
      legends.forEach((l) => { l.hidden = Number(l.dataset.view) !== view; });
      paint();
    });
  });

  const form = document.getElementById("search");
  const input = document.getElementById("street");
  const says = document.getElementById("found");
  const options = Array.from(document.querySelectorAll("#streets option"));
  const plain = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/[^a-z0-9]+/g, " ").trim();
  const names = options.map((o) => plain(o.value));
  const marks = L.layerGroup().addTo(map);
  const find = (event) => {
    if (event) { event.preventDefault(); }
    const asked = plain(input.value);
    marks.clearLayers();
    says.textContent = "";
    if (!asked) { return; }
    const typed = input.value.trim();
    const test = [
      (n, i) => options[i].value === typed, (n) => n === asked, (n) => n.startsWith(asked),
      (n) => n.includes(asked),
    ];
    const hits = test.map((t) => names.map((n, i) => (t(n, i) ? i : -1)).filter((i) => i >= 0))
      .find((found) => found.length > 0);
    if (!hits) {
      says.textContent = form.dataset.none.replace("%", () => typed);
      return;
    }
    const option = options[hits[0]];
    const wanted = new Set(option.dataset.pieces.split(" ").map(Number));
    const bounds = L.latLngBounds([]);
    lines.forEach((line) => {
      if (!wanted.has(line.feature.properties.i)) { return; }
      bounds.extend(line.getBounds());
      L.polyline(line.getLatLngs(), { color: "#0a58ca", weight: 20, opacity: 0.35, interactive: false }).addTo(marks);
    });
    map.fitBounds(bounds, { maxZoom: 17, padding: [30, 30] });
    const others = hits.slice(1, 4).map((i) => options[i].value);
    says.textContent = option.value + (option.dataset.says ? ": " + option.dataset.says : "")
      + (others.length ? ". " + form.dataset.also.replace("%", () => others.join(", ")) : "");
  };
  form.addEventListener("submit", find);
  input.addEventListener("change", () => find(null));
}
