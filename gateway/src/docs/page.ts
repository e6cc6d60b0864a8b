// The two documents as pages for people: plain HTML, without scripts, so that the house's Content-Security-Policy stays as it is.
import type { AsyncApi, Message } from './asyncapi.js';
import type { JsonSchema } from './json-schema.js';
import type { OpenApi, Operation } from './openapi.js';

const base = '/api/docs';

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (char) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[char] ?? char);

/** A sentence in which `code` stands as code. */
const prose = (text: string): string => escaped(text).replace(/`([^`]+)`/g, '<code>$1</code>');

function page(title: string, nav: string, body: string): string {
  const link = (path: string, words: string): string => `<a href="${base}${path}">${words}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · Natter</title>
<link rel="stylesheet" href="${base}/style.css">
</head>
<body>
<header><strong>Natter API</strong>
<nav aria-label="Documents">${link('', 'REST')} ${link('/socket', 'Socket')} ${link('/openapi.json', 'OpenAPI')} ${link('/asyncapi.json', 'AsyncAPI')}</nav></header>
<aside><nav aria-label="On this page">${nav}</nav></aside>
<main><h1>${title}</h1>
${body}</main>
</body>
</html>
`;
}

/** The page of the calls. */
export function restPage(document: OpenApi): string {
  const all = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(all.flatMap(({ operation }) => operation.tags))];
  const sections = tags.map((tag) => {
    const calls = all.filter(({ operation }) => operation.tags.includes(tag));
    const shown = calls.map(({ path, method, operation }) => call(method, path, operation));
    return `<section><h2 id="${tag}">${tag}</h2>\n${shown.join('\n')}</section>`;
  });
  const { description } = document.info;
  return page(
    'REST',
    [...tags, 'shapes'].map((tag) => `<a href="#${tag}">${tag}</a>`).join(' '),
    `<p>${prose(description)}</p>\n${sections.join('\n')}\n${shapes(document.components.schemas)}`,
  );
}

function call(method: string, path: string, operation: Operation): string {
  const { parameters, requestBody, responses } = operation;
  const rows = parameters.map(
    ({ name, in: place, required, schema, description = '' }) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}${required ? '' : ', optional'}</td><td>${shape(schema)} ${prose(description)}</td></tr>`,
  );
  const bodies = Object.entries(requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<h4>Body <code>${type}</code></h4><pre>${shape(schema)}</pre>`,
  );
  const answers = Object.entries(responses).map(([status, { description, content = {} }]) => {
    const shown = Object.entries(content)
      .filter(([type]) => type !== 'application/problem+json')
      .map(([type, { schema }]) =>
        Object.keys(schema).length === 0 ? `<p><code>${type}</code></p>` : `<pre>${shape(schema)}</pre>`,
      );
    return `<tr><td>${status}</td><td>${prose(description)}${shown.join('')}</td></tr>`;
  });
  const isOpen = operation.security.length === 0;
  return `<details id="${operation.operationId}"><summary><b class="${method}">${method}</b> <code>${escaped(path)}</code> <span>${prose(operation.summary)}</span></summary>
${isOpen ? '<p>Needs no sign-in.</p>' : ''}${rows.length > 0 ? `<table>${rows.join('')}</table>` : ''}${bodies.join('')}
<h4>Answers</h4><table>${answers.join('')}</table></details>`;
}

/** The page of the frames. */
export function socketPage(document: AsyncApi): string {
  const { messages, schemas } = document.components;
  const frames = (side: string): string =>
    Object.entries(messages)
      .filter(([name]) => name.startsWith(`${side}.`))
      .map(([id, message]) => frame(id, message))
      .join('\n');
  const codes = document['x-close-codes'].map(
    ({ code, reason, client }) =>
      `<tr><td>${code}</td><td>${escaped(reason)}</td><td>${client.replace('_', ' ')}</td></tr>`,
  );
  const limits = Object.entries(document['x-limits']).map(
    ([name, value]) => `<tr><td><code>${name}</code></td><td>${value}</td></tr>`,
  );
  const channels = Object.values(document.channels).map(
    ({ address, description }) => `<tr><td><code>${escaped(address)}</code></td><td>${prose(description)}</td></tr>`,
  );
  const nav = ['client', 'server', 'close', 'limits', 'shapes'].map((id) => `<a href="#${id}">${id}</a>`).join(' ');
  return page(
    'Socket',
    nav,
    `<p>${prose(document.info.description)}</p>
<table>${channels.join('')}</table>
<section><h2 id="client">What a client sends</h2>${frames('client')}</section>
<section><h2 id="server">What a server tells</h2>${frames('server')}</section>
<section><h2 id="close">Close codes</h2><table>${codes.join('')}</table></section>
<section><h2 id="limits">Limits</h2><table>${limits.join('')}</table></section>
${shapes(schemas)}`,
  );
}

const frame = (id: string, { name, summary, payload }: Message): string =>
  `<details id="${id}"><summary><code>${name}</code> <span>${prose(summary)}</span></summary><pre>${shape(payload)}</pre></details>`;

const shapes = (schemas: Readonly<Record<string, JsonSchema>>): string =>
  `<section><h2 id="shapes">Shapes</h2>${Object.entries(schemas)
    .map(([name, schema]) => `<h3 id="shape-${name}">${name}</h3><pre>${shape(schema)}</pre>`)
    .join('\n')}</section>`;

/** A JSON Schema as one would write the value down, as HTML. */
function shape(schema: JsonSchema, indent = ''): string {
  const {
    $ref,
    enum: values,
    anyOf,
    oneOf,
    type,
    items,
    properties,
    required = [],
    additionalProperties,
  } = schema as {
    $ref?: string;
    enum?: unknown[];
    anyOf?: JsonSchema[];
    oneOf?: JsonSchema[];
    type?: string | string[];
    items?: JsonSchema;
    properties?: Record<string, JsonSchema>;
    required?: string[];
    additionalProperties?: JsonSchema;
  };
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) ?? '';
    return `<a href="#shape-${name}">${name}</a>`;
  }
  if ('const' in schema) return escaped(JSON.stringify(schema['const']));
  if (values !== undefined) return values.map((value) => escaped(JSON.stringify(value))).join(' | ');
  const branches = anyOf ?? oneOf;
  if (branches !== undefined) return branches.map((branch) => shape(branch, indent)).join(' | ');
  if (type === 'array') return `[${shape(items ?? {}, indent)}, …]`;
  if (properties !== undefined) {
    const inner = `${indent}  `;
    const lines = Object.entries(properties).map(([name, one]) => {
      const words = one['description'];
      const note = typeof words === 'string' ? `  <i>${prose(words)}</i>` : '';
      return `${inner}${escaped(name)}${required.includes(name) ? '' : '?'}: ${shape(one, inner)}${note}`;
    });
    return `{\n${lines.join('\n')}\n${indent}}`;
  }
  if (type === 'object')
    return additionalProperties === undefined ? '{…}' : `{ [key]: ${shape(additionalProperties, indent)} }`;
  return `${escaped([type ?? 'anything'].flat().join(' | '))}${bounds(schema)}`;
}

function bounds(schema: JsonSchema): string {
  const { minLength, maxLength, minimum, maximum, format, default: preset } = schema;
  const range = (least: unknown, most: unknown): string =>
    least === undefined && most === undefined ? '' : ` ${least ?? ''}–${most ?? ''}`;
  const said = `${range(minLength, maxLength)}${range(minimum, maximum)}${format === undefined ? '' : ` ${String(format)}`}`;
  return escaped(`${said}${preset === undefined ? '' : ` = ${JSON.stringify(preset)}`}`);
}

/** How both look: by the colours of the system, light or dark. */
export const style = `:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 0 1rem 4rem; color: CanvasText; background: Canvas; }
header { display: flex; flex-wrap: wrap; gap: 0.25rem 2rem; padding: 1rem 0; border-bottom: 1px solid GrayText; }
nav { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; }
aside { position: sticky; top: 0; padding: 0.5rem 0; background: Canvas; }
h1 { line-height: 1.2; }
h2, h3 { scroll-margin-top: 3rem; }
h4 { margin: 1rem 0 0.25rem; }
a { color: LinkText; }
details { border-bottom: 1px solid color-mix(in srgb, CanvasText 20%, transparent); padding: 0.5rem 0; scroll-margin-top: 3rem; }
summary { cursor: pointer; overflow-wrap: anywhere; }
summary b { display: inline-block; min-width: 4rem; font: 600 0.85rem ui-monospace, monospace; }
summary span { color: color-mix(in srgb, CanvasText 70%, transparent); }
:focus-visible { outline: 2px solid LinkText; outline-offset: 2px; }
code, pre { font: 0.9rem/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: 0.75rem; border-radius: 0.5rem; background: color-mix(in srgb, CanvasText 7%, transparent); }
pre i { font: italic 0.85rem system-ui, sans-serif; color: color-mix(in srgb, CanvasText 65%, transparent); }
table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
td { padding: 0.25rem 1rem 0.25rem 0; vertical-align: top; }
td:first-child { white-space: nowrap; }
`;
