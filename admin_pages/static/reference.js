// Shows the name behind a code. The codes of a whole page are asked for together, once per resource and never again.
(function () {
  "use strict";
  const React = amisRequire("react");
  const { Renderer, getPropValue } = amisRequire("amis");
  const AT_ONCE = 150;
  const names = new Map();
  const waiting = new Map();
  let asking = null;

  const keyOf = (source, code) => source + "\n" + code;

  async function ask(source, codes) {
    const answer = await fetch(source + "?value=" + codes.map(encodeURIComponent).join(","), { credentials: "same-origin", headers: ejia.headers() });
    if (!answer.ok) return;
    for (const option of (await answer.json()).options) names.set(keyOf(source, option.value), option.label);
  }

  function nameOf(source, code) {
    const key = keyOf(source, code);
    if (names.has(key)) return Promise.resolve(names.get(key));
    if (!waiting.has(source)) waiting.set(source, new Set());
    waiting.get(source).add(String(code));
    asking = asking || new Promise((resolve) => setTimeout(resolve, 15)).then(() => {
      asking = null;
      const wanted = [...waiting];
      waiting.clear();
      return Promise.all(wanted.flatMap(([from, codes]) => {
        const all = [...codes];
        const pieces = [];
        for (let i = 0; i < all.length; i += AT_ONCE) pieces.push(ask(from, all.slice(i, i + AT_ONCE)).catch(() => {}));
        return pieces;
      }));
    });
    return asking.then(() => (names.has(key) ? names.get(key) : String(code)));
  }

  function Reference(props) {
    const value = getPropValue(props);
    const codes = value === null || value === undefined || value === "" ? [] : [].concat(value);
    const allowed = !props.permission || ejia.may(props.permission);
    const [said, setSaid] = React.useState(() => codes.map((code) => names.get(keyOf(props.source, code)) || ""));
    React.useEffect(() => {
      let here = true;
      const found = allowed ? Promise.all(codes.map((code) => nameOf(props.source, code))) : Promise.resolve(codes);
      found.then((texts) => { if (here) setSaid(texts); });
      return () => { here = false; };
    }, [codes.join(","), props.source]);
    if (!codes.length) return React.createElement("span", { className: "text-muted" }, "—");
    return React.createElement("span", { title: codes.join("、") }, said.join("、"));
  }
  Renderer({ type: "reference", name: "reference" })(Reference);
})();
