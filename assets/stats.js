// Charts drawn by ECharts from the tables they stand beside: a chart has no numbers of its own.
//
// <figure data-chart="bar|line|stack|heat" data-table="ID">. In the table's head each <th data-series> is a
// series (data-series="line" draws that one as a line, data-stroke="dashed|dotted" says how, data-hue="1" by which
// colour); each row is a category, named by its first cell;
// a cell's number is its data-value, else its text. heat: columns × rows. A last row in <tfoot> is left out.
// A click on a bar, a point or a field opens the list that its cell's link leads to, else its row's (data-row).

import { BarChart, HeatmapChart, LineChart } from "echarts/charts";
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent, VisualMapComponent } from "echarts/components";
import * as echarts from "echarts/core";
import { SVGRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent, BarChart, GridComponent, HeatmapChart, LegendComponent, LineChart, SVGRenderer, TooltipComponent,
  VisualMapComponent,
]);

const COLOURS = ["#14619b", "#c2660c", "#0b7467", "#7b3fa0", "#8a6100", "#a92c63", "#4455b8", "#4d7a0f", "#55647a"];
// Named, not "inherit": what a legend takes is measured outside the page.
const TEXT = { color: "#364352", fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 12 };

function numberIn(cell) {
  const text = cell?.dataset.value ?? cell?.textContent.replaceAll(/[,\s]/g, "");
  return text === undefined || text === "" || Number.isNaN(Number(text)) ? null : Number(text);
}

function linkOf(row, cell) {
  return (cell?.querySelector("a[href]") ?? row.querySelector("a[data-row]"))?.href;
}

function read(table) {
  const heads = [...table.tHead.rows[table.tHead.rows.length - 1].cells];
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]);
  const columns = heads.map((head, at) => ({ head, at })).filter(({ head }) => "series" in head.dataset);
  return {
    categories: rows.map((row) => row.cells[0].textContent.trim()),
    series: columns.map(({ head, at }) => ({
      name: head.textContent.trim(),
      kind: head.dataset.series,
      stroke: head.dataset.stroke,
      hue: head.dataset.hue,
      values: rows.map((row) => numberIn(row.cells[at])),
      links: rows.map((row) => linkOf(row, row.cells[at])),
    })),
  };
}

const number = new Intl.NumberFormat(document.documentElement.lang);
const shown = (value) => (value === null || value === undefined ? "–" : number.format(value));

function base(description) {
  return {
    color: COLOURS,
    animation: false,
    textStyle: TEXT,
    aria: { enabled: true, label: { description } },
    grid: { left: 8, right: 16, top: 36, bottom: 8, containLabel: true },
    // Drawn inside the svg: the default is html with style attributes, which our policy refuses.
    tooltip: { renderMode: "richText", confine: true },
  };
}

function series({ name, kind, stroke, hue, values, links }, chart) {
  const type = kind === "line" || chart === "line" ? "line" : "bar";
  return {
    name, type,
    data: values,
    stack: chart === "stack" && type === "bar" ? "all" : undefined,
    cursor: links.some(Boolean) ? "pointer" : "default",
    showSymbol: values.length < 40 && !stroke,
    color: hue === undefined ? undefined : COLOURS[Number(hue)],
    lineStyle: stroke ? { type: stroke, width: stroke === "dotted" ? 2 : 2.5 } : undefined,
    barMaxWidth: 36,
    itemStyle: type === "bar" && chart !== "stack" ? { borderRadius: [3, 3, 0, 0] } : undefined,
  };
}

// How many lines a legend takes: what lies below it begins that much lower.
const LEGEND_LINE = 20;
const pen = document.createElement("canvas").getContext("2d");

function legendLines(names, width) {
  pen.font = `${TEXT.fontSize}px ${TEXT.fontFamily}`;
  let lines = 1;
  let taken = 0;
  for (const name of names) {
    const needs = pen.measureText(name).width + 32;
    if (taken && taken + needs > width - 24) [lines, taken] = [lines + 1, 0];
    taken += needs;
  }
  return lines;
}

// A few names are all shown, in lines of their own where there is room for words; of many those that fit.
const FEW_NAMES = 12;
const NAME_WIDTH = 64;

function namesBelow(categories, width) {
  const room = (width - 80) / categories.length;
  if (categories.length > FEW_NAMES || room < NAME_WIDTH) return { hideOverlap: true };
  return { interval: 0, width: room - 6, overflow: "break", lineHeight: 14 };
}

function axesChart(data, chart, description, width) {
  const options = base(description);
  options.tooltip = { ...options.tooltip, trigger: "axis", valueFormatter: shown };
  if (data.series.length > 1) {
    options.legend = { top: 4, left: 8, itemWidth: 14, itemHeight: 9, textStyle: TEXT };
    options.grid.top += LEGEND_LINE * (legendLines(data.series.map(({ name }) => name), width) - 1);
  }
  options.xAxis = {
    type: "category", data: data.categories, axisLabel: { color: TEXT.color, ...namesBelow(data.categories, width) },
  };
  options.yAxis = {
    type: "value",
    axisLabel: { color: TEXT.color, formatter: shown },
    splitLine: { lineStyle: { color: "#dfe5ec" } },
  };
  options.series = data.series.map((one) => series(one, chart));
  return options;
}

// A field has its number where there is room for it: shades alone say little.
const FIELD_WIDTH = 40;

function heatChart(data, description, width) {
  const cells = data.series.flatMap(({ values }, x) => values.map((value, y) => [x, y, value ?? "-"]));
  const most = Math.max(1, ...cells.map(([, , value]) => (value === "-" ? 0 : value)));
  const options = base(description);
  const axis = { type: "category", axisLabel: { color: TEXT.color }, splitArea: { show: true } };
  options.xAxis = { ...axis, data: data.series.map(({ name }) => name) };
  options.yAxis = { ...axis, data: data.categories, inverse: true };
  options.tooltip.formatter = ({ value: [x, y, value] }) =>
    `${data.categories[y]} · ${data.series[x].name}: ${shown(value === "-" ? null : value)}`;
  options.visualMap = { min: 0, max: most, show: false, inRange: { color: ["#f0f5fa", "#8fb9da", "#14619b"] } };
  const cursor = data.series.some(({ links }) => links.some(Boolean)) ? "pointer" : "default";
  const label = { show: width / data.series.length >= FIELD_WIDTH, fontSize: 11, formatter: ({ value }) => shown(value[2]) };
  const fields = cells.map((value) => ({
    value,
    label: { ...label, show: label.show && value[2] !== "-", color: value[2] > most * 0.65 ? "#ffffff" : TEXT.color },
  }));
  options.series = [{ type: "heatmap", data: fields, cursor, label }];
  return options;
}

function draw(figure) {
  const table = document.getElementById(figure.dataset.table);
  if (!table || figure.dataset.drawn) return;
  figure.dataset.drawn = "yes";
  const place = document.createElement("div");
  place.className = "chart-area";
  figure.prepend(place);
  const data = read(table);
  const description = figure.getAttribute("aria-label") ?? table.caption?.textContent.trim() ?? "";
  const heat = figure.dataset.chart === "heat";
  const chart = echarts.init(place, null, { renderer: "svg" });
  const width = place.clientWidth;
  chart.setOption(heat ? heatChart(data, description, width) : axesChart(data, figure.dataset.chart, description, width));
  chart.on("click", "series", ({ seriesIndex, dataIndex, value }) => {
    const [column, row] = heat ? value : [seriesIndex, dataIndex];
    const link = data.series[column].links[row];
    if (link) window.location.assign(link);
  });
  drawn.push(chart);
  new ResizeObserver(() => chart.resize()).observe(place);
}

// On paper a drawing is as wide as a page, with letters as large as on the screen; print.css fits it to the column.
const PAPER_WIDTH = 690;
const drawn = [];

function redraw(chart, size) {
  chart.resize(size);
  chart.getZr().flush();
  const svg = chart.getDom().querySelector("svg");
  svg?.setAttribute("viewBox", `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
}

addEventListener("beforeprint", () => drawn.forEach((chart) => redraw(chart, { width: PAPER_WIDTH })));
addEventListener("afterprint", () => drawn.forEach((chart) => redraw(chart)));

function drawAll() {
  document.querySelectorAll("[data-chart]").forEach(draw);
}

document.addEventListener("DOMContentLoaded", drawAll);
document.addEventListener("htmx:after:swap", drawAll);
