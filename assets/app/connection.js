// Shows a line while the server cannot be reached. It asks /healthz only after a request has failed.

const PAUSE_MS = 5000;
let timer = null;

function show(lost) {
  const line = document.getElementById("connection");
  if (line) line.hidden = !lost;
}

async function isReachable() {
  try {
    return (await fetch("/healthz", { cache: "no-store" })).ok;
  } catch {
    return false;
  }
}

async function check() {
  if (!(await isReachable())) return;
  clearInterval(timer);
  timer = null;
  show(false);
  document.dispatchEvent(new CustomEvent("connection:back"));
}

function lose() {
  show(true);
  timer ??= setInterval(check, PAUSE_MS);
}

window.addEventListener("offline", lose);
document.addEventListener("htmx:error", ({ detail }) => {
  if (detail.ctx && !detail.ctx.response) lose();
});
document.addEventListener("htmx:response:error", ({ detail }) => {
  if ([502, 503, 504].includes(detail.ctx.response.status)) lose();
});
