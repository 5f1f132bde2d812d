function (map, data) {
  // Street names along their streets: the longest first, where there is room and nothing is hit.
  const group = L.layerGroup().addTo(map);
  const place = () => {
    group.clearLayers();
    const zoom = map.getZoom();
    if (zoom < 14.5) { return; }
    const view = map.getBounds().pad(0.05);
    const taken = [];
    map.getPane("tooltipPane").querySelectorAll(".buurt,.number,.place").forEach((label) => {
      const at = L.DomUtil.getPosition(label);
      const w = label.offsetWidth / 2;
      const h = label.offsetHeight / 2;
      if (at && w) { taken.push([at.x + w, at.y + h, w, h]); }
    });
    const often = {};
    for (const [lat, lon, angle, metres, name, letters] of data.names) {
      if (!view.contains([lat, lon])) { continue; }
      const perMetre = Math.pow(2, zoom) / (156543.03 * Math.cos(lat * Math.PI / 180));
      const width = letters * 6.4 + 4;
      if (metres * perMetre < width * 0.7) { continue; }
      const at = map.latLngToLayerPoint([lat, lon]);
      const near = (often[name] || []).some((p) => p.distanceTo(at) < 320);
      if (near) { continue; }
      const turn = angle * Math.PI / 180;
      const w = (Math.abs(Math.cos(turn)) * width + Math.abs(Math.sin(turn)) * 15) / 2;
      const h = (Math.abs(Math.sin(turn)) * width + Math.abs(Math.cos(turn)) * 15) / 2;
      const hit = taken.some((t) => Math.abs(t[0] - at.x) < t[2] + w && Math.abs(t[1] - at.y) < t[3] + h);
      if (hit) { continue; }
      taken.push([at.x, at.y, w, h]);
      (often[name] = often[name] || []).push(at);
      const shift = `translate(-50%,-50%) rotate(${angle}deg) translateY(-11px)`;
      const icon = L.divIcon({
        className: "street-name", iconSize: [0, 0],
        html: `<span aria-hidden="true" style="transform:${shift}">${name}</span>`,
      });
      L.marker([lat, lon], { icon: icon, interactive: false, keyboard: false }).addTo(group);
    }
  };
  map.on("zoomend moveend", place);
  place();
}
