#include "handlers/common/api_page.h"

namespace dobson {

// Texts of the document are only ever set as text. Of the operations that share a method and path
// each is shown by itself, as `x-dobson-routes` has them.
const std::string_view api_page = R"page(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>API</title>
<style>
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent) }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1rem }
h1 { font-size: 1.5rem } h2 { font-size: 1.2rem; margin: 2rem 0 .5rem }
h1 small, .quiet { opacity: .65; font-weight: normal }
code { font: .9em ui-monospace, monospace }
details { border-top: 1px solid var(--line); padding: .4rem 0 }
details > :not(summary) { margin-left: 5rem }
summary { cursor: pointer; display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 1rem }
summary b { width: 4rem } summary span { margin-left: auto }
table { border-collapse: collapse; margin-top: .5rem }
td { border-top: 1px solid var(--line); padding: .2rem 1rem .2rem 0; vertical-align: top }
</style>
<h1></h1>
<p><label>Find <input type="search"></label></p>
<main>Reading /-/openapi.json</main>
<script>
function make(tag, ...children) {
  const node = document.createElement(tag);
  node.append(...children);
  return node;
}

// `code` in the document's texts is the only mark-up.
function prose(text) {
  const pieces = text.trim().split("`");
  return make("span", ...pieces.map((piece, i) => i % 2 ? make("code", piece) : piece));
}

function values(parameter) {
  const schema = parameter.schema;
  if (schema.enum) return schema.enum.join(", ");
  const text = schema.type === "string";
  const [least, most] = text ? [schema.minLength, schema.maxLength]
                             : [schema.minimum, schema.maximum];
  if (most === undefined && !(least > 0 && !text)) return text ? "" : schema.type;
  const range = most === undefined ? `from ${least}` : `${least ?? 0} to ${most}`;
  return text ? `${range} bytes` : range;
}

function parameterRow(parameter) {
  return make("tr", make("td", make("code", parameter.name)), make("td", parameter.in),
              make("td", parameter.required ? "required" : ""), make("td", values(parameter)),
              make("td", prose(parameter.description ?? "")));
}

function answerRows([status, response]) {
  return response.description.trim().split("\n\n").map((line, i) => make("tr",
    make("td", i ? "" : status === "default" ? "any" : status), make("td", prose(line))));
}

function show(path, method, route) {
  const query = route["x-dobson-select"];
  const details = make("details", make("summary", make("b", method.toUpperCase()),
    make("code", path + (query ? "?" + query : "")), make("span", route.summary)));
  details.id = route.operationId;
  details.open = location.hash === "#" + details.id;
  details.append(make("p", make("span", route.operationId)));
  details.lastChild.className = "quiet";
  if (route.requestBody) details.append(make("p", "Body: ", prose(route.requestBody.description)));
  details.append(make("table", ...route.parameters.map(parameterRow)));
  details.append(make("table", ...Object.entries(route.responses).flatMap(answerRows)));
  return details;
}

function page(api) {
  document.title = api.info.title + " API";
  document.querySelector("h1").append(api.info.title, " ", make("small", api.info.version));
  const sections = api.tags.map(tag => {
    const section = make("section", make("h2", tag["x-dobson-title"]),
                         make("p", prose(tag.description)));
    for (const [path, methods] of Object.entries(api.paths)) {
      for (const [method, operation] of Object.entries(methods)) {
        if (operation.tags[0] !== tag.name) continue;
        const routes = operation["x-dobson-routes"] ?? [operation];
        section.append(...routes.map(route => show(path, method, route)));
      }
    }
    return section;
  });
  document.querySelector("main").replaceChildren(...sections);
}

document.querySelector("input").addEventListener("input", event => {
  const wanted = event.target.value.toLowerCase();
  for (const details of document.querySelectorAll("details")) {
    details.hidden = !details.textContent.toLowerCase().includes(wanted);
  }
});
fetch("/-/openapi.json").then(answer => answer.json()).then(page).catch(error => {
  document.querySelector("main").textContent = "/-/openapi.json cannot be read: " + error;
});
</script>
</html>
)page";

}  // namespace dobson
