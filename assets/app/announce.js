// Says something to the person: shown among the page's messages and read out by a screen reader.

/** `kind` is success, info, warning or danger; a repeated text replaces the one shown. */
export function announce(text, kind = "info") {
  const list = document.getElementById("messages");
  if (!list || !text) return;
  [...list.children].filter((old) => old.textContent.trim() === text).forEach((old) => old.remove());
  const message = document.createElement("p");
  message.className = `message message-${kind}`;
  message.textContent = text;
  list.append(message);
}

// The server may answer a fragment with the header HX-Trigger: {"announce": {"text": …, "kind": …}}.
document.addEventListener("announce", ({ detail }) => announce(detail.text, detail.kind));
