// The day on a timeline: devices × hours, drawn by EventCalendar from data the page carries.
//
// <div data-schedule="ID"> with <script type="application/json" id="ID">: see templates/macros/schedule.html.
// Times are wall-clock texts of the hospital ("2026-11-23T08:30") with its "utc_offset", so that a
// workstation in another zone shows and sends the same minutes. A drag moves nothing: it opens the
// move dialog with the new time. The table beside it is the equal for keyboard and older browsers.

import { createCalendar, Interaction, ResourceTimeline } from "@event-calendar/core";

const SLOT_WIDTH_PX = 84; // of half an hour: an exam of 8 minutes is 22 px wide

// The calendar's days are laid out by subgrid, which came with Chromium 117.
const canDraw = () => CSS.supports("grid-template-rows", "subgrid");

// EventCalendar hands out dates whose fields in the browser's own zone are the calendar's wall clock.
function wallClock(date) {
  const two = (number) => String(number).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day}T${two(date.getHours())}:${two(date.getMinutes())}`;
}

function exam(booking) {
  const marks = ["added", "flagged"].filter((mark) => booking[mark]).map((mark) => `timeline-${mark}`);
  return {
    id: booking.id,
    resourceIds: [booking.device],
    start: booking.start,
    end: booking.end,
    title: booking.title,
    classNames: ["timeline-exam", `timeline-${booking.status}`, ...marks],
    editable: Boolean(booking.move_href),
    durationEditable: false,
    extendedProps: booking,
  };
}

function background(kind, stretch, devices) {
  return {
    resourceIds: stretch.device ? [stretch.device] : devices.map((device) => device.id),
    start: stretch.start,
    end: stretch.end,
    title: stretch.title,
    display: "background",
    classNames: [`timeline-${kind}`],
    extendedProps: stretch,
  };
}

function eventsOf(data) {
  return [
    ...data.blocks.map((block) => background("block", block, data.devices)),
    ...data.closures.map((closure) => background("closure", closure, data.devices)),
    ...data.bookings.map(exam),
  ];
}

function proposeMove(info) {
  const { move_href: address, device } = info.event.extendedProps;
  const start = wallClock(info.event.start);
  info.revert();
  const query = new URLSearchParams({ start, device: info.newResource?.id ?? device });
  window.htmx.ajax("GET", `${address}?${query}`, { target: "#dialog-content", swap: "innerHTML" });
}

function drawDevice({ resource }) {
  const name = document.createElement("b");
  name.textContent = resource.title;
  name.title = resource.extendedProps.place ?? "";
  return { domNodes: [name] };
}

function optionsOf(data) {
  return {
    view: "resourceTimelineDay",
    date: data.date,
    timeZone: data.utc_offset,
    headerToolbar: { start: "", center: "", end: "" },
    locale: document.documentElement.lang,
    resources: data.devices.map(({ id, title, place }) => ({ id, title, extendedProps: { place } })),
    resourceLabelContent: drawDevice,
    events: eventsOf(data),
    slotMinTime: `${data.from}:00`,
    slotMaxTime: `${data.until}:00`,
    slotDuration: "00:30",
    slotWidth: SLOT_WIDTH_PX,
    snapDuration: "00:01",
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    scrollTime: `${data.scroll ?? data.from}:00`,
    nowIndicator: true,
    dayMaxEvents: false,
    selectable: false,
    eventStartEditable: true,
    eventDurationEditable: false,
    eventContent: ({ event }) => event.title,
    eventDidMount: ({ el, event }) => (el.title = event.extendedProps.label ?? event.title),
    eventClick: ({ event }) => event.extendedProps.href && location.assign(event.extendedProps.href),
    eventDrop: proposeMove,
  };
}

// Where nobody has chosen the timeline, a narrow screen or a browser that cannot draw it goes on to the table.
function tableInstead(place) {
  const table = place.closest("[data-table-view]")?.dataset.tableView;
  return table && (!canDraw() || matchMedia("(max-width: 767.98px)").matches) ? table : null;
}

function mount(place) {
  const table = tableInstead(place);
  if (table) {
    location.replace(table);
    return;
  }
  const source = document.getElementById(place.dataset.schedule);
  if (!source || place.dataset.mounted) return;
  place.dataset.mounted = "yes";
  if (!canDraw()) {
    location.replace(place.dataset.table);
    return;
  }
  place.hidden = false;
  createCalendar(place, [ResourceTimeline, Interaction], optionsOf(JSON.parse(source.textContent)));
}

function mountAll(root) {
  root.querySelectorAll("[data-schedule]").forEach(mount);
}

document.addEventListener("DOMContentLoaded", () => mountAll(document));
document.addEventListener("htmx:after:swap", () => mountAll(document));
