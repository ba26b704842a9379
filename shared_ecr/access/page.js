"use strict";
const DATA = JSON.parse(document.getElementById("data").textContent);
const PAGE = 300;
const $ = id => document.getElementById(id);
const NOTHING = DATA.capabilities.map(() => ["none", "none", ""]);
const WEIGHT = { "yes": 4, "only": 3, "part": 2, "own policy": 1, "none": 0 };
let shown = PAGE, sortedBy = 0, ascending = true;

function make(tag, text, className) {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (className) element.className = className;
  return element;
}

const granted = DATA.cells.map(([repository, consumer, triple]) => ({ repository, consumer, cells: DATA.triples[triple] }));
let everything = null;
function all() {
  if (everything) return everything;
  const known = new Map(granted.map(row => [row.repository + "," + row.consumer, row]));
  everything = [];
  DATA.repositories.forEach((_, repository) => DATA.consumers.forEach((_, consumer) =>
    everything.push(known.get(repository + "," + consumer) || { repository, consumer, cells: NOTHING })));
  return everything;
}

function selected() {
  const repository = $("repository").value.trim().toLowerCase(), consumer = $("consumer").value.trim().toLowerCase();
  const may = $("may").value, how = $("how").value, outside = $("outside").checked;
  return ($("none").checked ? all() : granted).filter(row => {
    const [name, group, isOutside] = DATA.consumers[row.consumer];
    if (outside && !isOutside) return false;
    if (repository && !DATA.repositories[row.repository].toLowerCase().includes(repository)) return false;
    if (consumer && !(name + " " + group).toLowerCase().includes(consumer)) return false;
    const cells = may === "" ? row.cells : [row.cells[Number(may)]];
    return (may === "" || $("none").checked || cells[0][0] !== "none") && (!how || cells.some(cell => cell[0] === how));
  });
}

function key(row, column) {
  if (column === 0) return DATA.repositories[row.repository];
  if (column === 1) return DATA.consumers[row.consumer][0];
  return WEIGHT[row.cells[column - 2][0]];
}

function compare(a, b) {
  const x = key(a, sortedBy), y = key(b, sortedBy);
  const order = typeof x === "number" ? y - x : x.localeCompare(y);
  return (ascending ? order : -order) || a.repository - b.repository || a.consumer - b.consumer;
}

function draw() {
  const rows = selected().sort(compare), body = $("rows");
  body.replaceChildren(...rows.slice(0, shown).map(row => {
    const line = make("tr"), [name, group, isOutside] = DATA.consumers[row.consumer];
    const repository = make("td", DATA.repositories[row.repository], "name");
    repository.dataset.label = "repository";
    const consumer = make("td"), who = make("div", name);
    consumer.dataset.label = "consumer";
    who.append(make("span", group + (isOutside ? " · outside" : ""), "group" + (isOutside ? " outside" : "")));
    consumer.append(who);
    line.append(repository, consumer);
    row.cells.forEach(([access, text, statement], number) => {
      const cell = make("td");
      const inside = make("div");
      cell.dataset.label = DATA.capabilities[number];
      inside.append(make("span", text, "cell " + access.split(" ")[0]));
      if (statement) inside.append(make("span", statement, "by"));
      cell.append(inside);
      line.append(cell);
    });
    return line;
  }));
  $("count").textContent = rows.length === 1 ? "1 line" : rows.length.toLocaleString("en") + " lines"
    + (rows.length > shown ? ", the first " + shown + " shown" : "");
  $("more").hidden = rows.length <= shown;
  document.querySelectorAll("th").forEach((head, number) =>
    head.setAttribute("aria-sort", number !== sortedBy ? "none" : ascending ? "ascending" : "descending"));
}

function begin() {
  document.title = DATA.title;
  $("title").textContent = DATA.title;
  $("lead").textContent = DATA.atMost;
  const outside = granted.filter(row => DATA.consumers[row.consumer][2]).length;
  [[DATA.repositories.length, "repositories"], [DATA.consumers.length, "consumers"], [granted.length, "with access"],
   [outside, "from outside", outside ? "bad" : ""]].forEach(([count, what, className]) => {
    const item = make("li", undefined, className);
    item.append(make("b", count.toLocaleString("en")), " " + what);
    $("figures").append(item);
  });
  ["repository", "consumer", ...DATA.capabilities].forEach((name, number) => {
    const head = make("th"), button = make("button", name);
    head.scope = "col";
    button.type = "button";
    button.addEventListener("click", () => {
      ascending = sortedBy === number ? !ascending : true;
      sortedBy = number;
      $("sort").value = String(number);
      draw();
    });
    head.append(button);
    $("head").append(head);
    const option = make("option", name);
    option.value = String(number);
    $("sort").append(option);
    if (number > 1) {
      const choice = make("option", name);
      choice.value = String(number - 2);
      $("may").append(choice);
    }
  });
  $("sort").addEventListener("change", () => { sortedBy = Number($("sort").value); ascending = true; draw(); });
  $("filters").addEventListener("submit", event => event.preventDefault());
  $("filters").addEventListener("input", () => { shown = PAGE; draw(); });
  $("more").addEventListener("click", () => { shown += PAGE; draw(); });
  DATA.notes.forEach(note => $("notes").append(make("p", note)));
  draw();
}
begin();
