// What the portal and the sign-in page share: cookies, language, and calls that carry the CSRF token.
"use strict";
window.ejia = (function () {
  function cookie(name) {
    const found = document.cookie.split("; ").find((part) => part.startsWith(name + "="));
    return found ? decodeURIComponent(found.slice(name.length + 1)) : "";
  }
  function language() {
    return localStorage.getItem("ejia_language") || "zh-CN";
  }
  function setLanguage(tag) {
    localStorage.setItem("ejia_language", tag);
  }
  function headers(more) {
    const made = Object.assign({ "Accept-Language": language() }, more);
    const token = cookie("ejia_csrf");
    if (token) made["X-CSRF-Token"] = token;
    return made;
  }
  function post(url, data) {
    return fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: headers({ "Content-Type": "application/json" }),
      body: JSON.stringify(data || {}),
    });
  }
  let rights = new Set();
  function setRights(permissions) {
    rights = new Set(permissions);
  }
  return { cookie, language, setLanguage, headers, post, setRights, may: (right) => rights.has(right), isPhone: () => window.innerWidth < 768 };
})();
