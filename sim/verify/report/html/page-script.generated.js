// Generated from page/*.ts by `bun sim/verify/report/html/generate.ts`; do not edit.
(() => {
  function durationText(totalSeconds) {
    const millis = Math.round(Math.abs(totalSeconds) * 1000);
    const hours = Math.floor(millis / 3600000);
    const minutes = Math.floor(millis / 60000) % 60;
    const rest = millis % 60000 / 1000;
    const text = [
      hours > 0 ? `${hours}h` : "",
      minutes > 0 ? `${minutes}m` : "",
      rest > 0 || millis < 60000 ? `${rest}s` : ""
    ].join("");
    return totalSeconds < 0 && millis > 0 ? `-${text}` : text;
  }

  function color(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  }
  var SERIES_COLORS = 8;
  function seriesColor(index) {
    return color(`series-${index % SERIES_COLORS + 1}`);
  }

  var NO_LABELS = "{}";
  var HEIGHT = 220;
  var HEADROOM = 0.08;
  function short(value) {
    const size = Math.abs(value);
    if (size >= 1e9)
      return `${Number((value / 1e9).toPrecision(3))}G`;
    if (size >= 1e6)
      return `${Number((value / 1e6).toPrecision(3))}M`;
    if (size >= 1e4)
      return `${Number((value / 1000).toPrecision(3))}k`;
    return String(Number(value.toPrecision(3)));
  }
  function drawChart(chart, place, syncKey) {
    const thresholdSeries = chart.threshold === null ? [] : [chart.times.map(() => chart.threshold)];
    const data = [chart.times, ...chart.series.map(({ values }) => values), ...thresholdSeries];
    const plot = new window.uPlot(options(chart, place.clientWidth, syncKey), data, place);
    new ResizeObserver(() => {
      if (place.clientWidth > 0)
        plot.setSize({ width: place.clientWidth, height: HEIGHT });
    }).observe(place);
    return plot;
  }
  function options(chart, width, syncKey) {
    const axis = {
      stroke: () => color("muted"),
      grid: { stroke: () => color("grid"), width: 1 },
      ticks: { show: false }
    };
    return {
      width,
      height: HEIGHT,
      cursor: { sync: { key: syncKey }, drag: { x: true, y: false }, points: { size: 6 } },
      scales: {
        x: { time: false, range: (_, from, until) => zoomed(chart.span, from, until) },
        y: { range: (_, min, max) => heights(min, max) }
      },
      axes: [
        {
          ...axis,
          values: (_, splits) => splits.map(durationText),
          incrs: [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200],
          space: 64
        },
        { ...axis, values: (_, splits) => splits.map(short), size: 56 }
      ],
      series: [
        { label: "time", value: (_, at) => at === null ? "–" : durationText(at) },
        ...chart.series.map(({ name }, index) => line(name, index)),
        ...chart.threshold === null ? [] : [thresholdLine(chart.threshold)]
      ],
      hooks: { drawClear: [(plot) => drawBands(plot, chart)] }
    };
  }
  function zoomed({ from: start, until: end }, from, until) {
    return from === null || until === null || from <= start + 1 && until >= end - 61 ? [start, end] : [from, until];
  }
  function heights(min, max) {
    const low = Math.min(0, min ?? 0);
    const high = Math.max(max ?? 1, low);
    const span = high - low || 1;
    return [low < 0 ? low - span * HEADROOM : low - span * 0.02, high + span * HEADROOM];
  }
  function line(name, index) {
    return {
      label: name === NO_LABELS ? "value" : name,
      stroke: () => seriesColor(index),
      width: 1.75,
      spanGaps: false,
      points: { show: false },
      value: (_, value, __, index) => index === null ? "–" : value === null ? "no value" : short(value)
    };
  }
  function thresholdLine(threshold) {
    return {
      label: "threshold",
      stroke: () => color("threshold"),
      width: 1.5,
      dash: [6, 4],
      points: { show: false },
      value: () => short(threshold)
    };
  }
  function drawBands(plot, { faults, pending, firing }) {
    const { ctx, bbox } = plot;
    const fill = (spans, style) => {
      ctx.fillStyle = style;
      for (const { from, until } of spans) {
        const left = Math.max(bbox.left, plot.valToPos(from, "x", true));
        const right = Math.min(bbox.left + bbox.width, plot.valToPos(until, "x", true));
        if (right > left)
          ctx.fillRect(left, bbox.top, right - left, bbox.height);
      }
    };
    ctx.save();
    fill(faults, color("band-fault"));
    fill(pending, color("band-pending"));
    fill(firing, color("band-firing"));
    edges(plot, faults);
    ctx.restore();
  }
  function edges({ ctx, bbox, valToPos }, spans) {
    ctx.strokeStyle = color("fault");
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash([2 * devicePixelRatio, 3 * devicePixelRatio]);
    for (const at of spans.flatMap(({ from, until }) => [from, until])) {
      const x = valToPos(at, "x", true);
      if (x < bbox.left || x > bbox.left + bbox.width)
        continue;
      ctx.beginPath();
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
      ctx.stroke();
    }
  }

  function valuesTable({ times, series }) {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    for (const name of ["time", ...series.map(({ name }) => name)]) {
      const cell = document.createElement("th");
      cell.scope = "col";
      cell.textContent = name;
      head.append(cell);
    }
    const body = table.createTBody();
    for (const [index, at] of times.entries()) {
      const row = body.insertRow();
      row.insertCell().textContent = durationText(at);
      for (const { values } of series) {
        const value = values[index] ?? null;
        row.insertCell().textContent = value === null ? "" : short(value);
      }
    }
    return table;
  }

  var plots = [];
  function start() {
    const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
    for (const [id, chart] of Object.entries(data)) {
      const figure = document.getElementById(id);
      const place = figure?.querySelector(".plot");
      if (figure && place)
        showChart(chart, figure, place);
    }
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
    addEventListener("beforeprint", () => setPrinting(true));
    addEventListener("afterprint", () => setPrinting(false));
    startFilter();
  }
  function showChart(chart, figure, place) {
    const plot = drawChart(chart, place, figure.dataset.scenario ?? figure.id);
    plots.push(plot);
    place.addEventListener("keydown", (event) => {
      const index = nextIndex(event.key, plot.cursor.idx ?? -1, chart.times.length);
      if (index === null)
        return;
      event.preventDefault();
      const left = plot.valToPos(chart.times[index] ?? 0, "x");
      plot.setCursor({ left, top: plot.over.clientHeight / 2 });
    });
    const values = figure.querySelector("details.values");
    values?.addEventListener("toggle", () => {
      if (values.open && values.querySelector("table") === null)
        values.append(valuesTable(chart));
    });
  }
  function nextIndex(key, index, count) {
    switch (key) {
      case "ArrowRight":
        return Math.min(count - 1, index + 1);
      case "ArrowLeft":
        return Math.max(0, index - 1);
      case "Home":
        return 0;
      case "End":
        return count - 1;
      default:
        return null;
    }
  }
  function redraw() {
    for (const plot of plots)
      plot.redraw(false, true);
  }
  function setPrinting(isPrinting) {
    document.documentElement.classList.toggle("printing", isPrinting);
    redraw();
  }
  function startFilter() {
    const filter = document.querySelector("#only-failed");
    filter?.addEventListener("change", () => {
      document.body.classList.toggle("only-failed", filter.checked);
    });
  }
  start();
})();
