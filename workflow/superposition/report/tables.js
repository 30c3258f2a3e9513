// Tables that sort by a click on a column's head, and that can be saved as CSV.
'use strict';

(() => {
  const MISSING = '–';
  const ORDER = new Intl.Collator('en', { numeric: true });

  const text = (element) => element.textContent.replace(/\s+/g, ' ').trim();

  // What a cell holds: a value for each of its column's CSV columns.
  function values(cell, count) {
    if (cell.dataset.value === undefined) return [text(cell) === MISSING ? '' : text(cell)];
    const parts = count > 1 ? cell.dataset.value.split(';') : [cell.dataset.value];
    return Array.from({ length: count }, (_, place) => parts[place] ?? '');
  }

  // The heads above each column of cells, from the top row down; a head may span rows and columns.
  function headsByColumn(table) {
    const columns = [];
    [...table.tHead.rows].forEach((row, level) => {
      let column = 0;
      for (const head of row.cells) {
        while (columns[column]?.[level] !== undefined) column += 1;
        for (let right = 0; right < head.colSpan; right += 1, column += 1) {
          columns[column] ??= [];
          for (let down = 0; down < head.rowSpan; down += 1) columns[column][level + down] = head;
        }
      }
    });
    return columns.map((heads) => [...new Set(heads)]);
  }

  // Names of the CSV columns that a column of cells fills.
  function names(heads) {
    const above = heads.slice(0, -1).map(text);
    const own = heads.at(-1).dataset.columns?.split(';') ?? [text(heads.at(-1))];
    return own.map((name) => [...above, name].join(' '));
  }

  function csv(table) {
    const columns = headsByColumn(table).map(names);
    const rows = [...table.tBodies[0].rows].map((row) =>
      [...row.cells].flatMap((cell, place) => values(cell, columns[place].length)),
    );
    return [columns.flat(), ...rows].map((row) => row.map(quoted).join(',')).join('\r\n') + '\r\n';
  }

  // RFC 4180.
  function quoted(value) {
    return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
  }

  function save(table) {
    const address = URL.createObjectURL(new Blob([csv(table)], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.setAttribute('href', address);
    link.setAttribute('download', `${table.id}.csv`);
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }

  function compare(a, b) {
    return Number.isNaN(Number(a)) || Number.isNaN(Number(b)) ? ORDER.compare(a, b) : Number(a) - Number(b);
  }

  // What is missing stays below, whichever way the rest is sorted; equal rows keep their order.
  function sort(table, place, direction) {
    const keyed = [...table.tBodies[0].rows].map((row) => {
      const { columns } = table.tHead.rows[0].cells[place].dataset;
      return { row, key: values(row.cells[place], columns?.split(';').length ?? 1)[0] };
    });
    keyed.sort((a, b) => (a.key === '') - (b.key === '') || direction * compare(a.key, b.key));
    table.tBodies[0].append(...keyed.map(({ row }) => row));
  }

  function makeSortable(table) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, place) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener('click', () => {
        const direction = head.getAttribute('aria-sort') === 'ascending' ? 'descending' : 'ascending';
        heads.forEach((other) => other.removeAttribute('aria-sort'));
        head.setAttribute('aria-sort', direction);
        sort(table, place, direction === 'ascending' ? 1 : -1);
      });
    });
  }

  function offerCsv(table) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'csv';
    button.textContent = 'Download CSV';
    button.setAttribute('aria-label', `Download CSV: ${table.id}`);
    button.addEventListener('click', () => save(table));
    table.parentElement.after(button);
  }

  for (const table of document.querySelectorAll('table[id]')) {
    if (table.tHead.rows.length === 1) makeSortable(table);
    offerCsv(table);
  }
})();
