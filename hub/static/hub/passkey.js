/* Say on the page what allauth's script would only write to the console: the passkey was not used. */
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const line = document.getElementById("passkey-error");
  if (!line) return;
  line.hidden = false;
  line.focus();
});
