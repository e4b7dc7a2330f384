// Before the first paint: what this reader chose, so that nothing flashes.
(function () {
  const root = document.documentElement;
  try {
    const theme = localStorage.getItem("assay-theme");
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    const calm = localStorage.getItem("assay-calm");
    if (calm === "grey" || calm === "blurred") root.dataset.calm = calm;
  } catch {
    // a browser that keeps nothing gets the system's theme
  }
})();
