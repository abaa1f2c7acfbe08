/** The API for people: one page from the OpenAPI document, with no script and nothing fetched from anywhere. */
import { createHash } from 'node:crypto';
import { type OpenApiDocument, openApiDocument } from './openapi.ts';

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--ink:#1f5fbf}
@media (prefers-color-scheme:dark){:root{--ink:#8ab4f8}}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:0 auto;padding:1.5rem}
h1{margin:.2em 0}h2{margin-top:2em;border-bottom:1px solid var(--line)}
nav a{margin-right:1em}a{color:var(--ink)}
details{border:1px solid var(--line);border-radius:6px;margin:.5em 0;padding:.4em .8em}
summary{cursor:pointer}summary:focus-visible{outline:2px solid var(--ink)}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{background:var(--soft);padding:.7em;overflow:auto;border-radius:6px}
.method{display:inline-block;min-width:4.2em;font-weight:700;text-transform:uppercase}
table{border-collapse:collapse;width:100%}td,th{text-align:left;border-top:1px solid var(--line);padding:.25em .5em;vertical-align:top}
`;

export const DOCS_POLICY: string = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; frame-ancestors 'none'; base-uri 'none'`;

interface Operation {
  readonly operationId?: string;
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content?: Record<string, { readonly schema?: unknown }> };
  readonly responses?: Record<string, Answer>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema?: unknown;
}
interface Answer {
  readonly description?: string;
  readonly content?: Record<string, { readonly schema?: unknown }>;
}

let made: string | null = null;

export function docsPage(): string {
  made ??= render(openApiDocument());
  return made;
}

function render(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => ({
      path,
      method,
      operation,
    })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags ?? []))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => operation.tags?.includes(tag));
    return `<h2 id="${html(tag)}">${html(tag)}</h2>${own.map(renderOperation).join('')}`;
  });
  const schemas = Object.entries(document.components?.schemas ?? {})
    .map(
      ([name, schema]) =>
        `<details id="schema-${html(name)}"><summary><code>${html(name)}</code></summary>${pre(schema)}</details>`,
    )
    .join('');
  const about = html(document.info.description ?? '').replaceAll(/`([^`]+)`/g, '<code>$1</code>');
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Zoneward API</title><style>${STYLE}</style></head><body>
<h1>Zoneward API</h1><p>${about}</p><p><a href="/openapi.json">OpenAPI 3.1 document</a></p>
<nav aria-label="Sections">${[...tags, 'schemas'].map((tag) => `<a href="#${html(tag)}">${html(tag)}</a>`).join('')}</nav>
<main>${sections.join('')}<h2 id="schemas">schemas</h2>${schemas}</main></body></html>`;
}

function renderOperation(one: {
  readonly path: string;
  readonly method: string;
  readonly operation: Operation;
}): string {
  const { operation } = one;
  const parameters = operation.parameters ?? [];
  const rows = parameters
    .map(
      ({ name, in: where, required, description, schema }) =>
        `<tr><td><code>${html(name)}</code></td><td>${html(where)}${required === true ? ', required' : ''}</td><td>${html(description ?? '')} <code>${html(shortOf(schema))}</code></td></tr>`,
    )
    .join('');
  const body = Object.values(operation.requestBody?.content ?? {}).map(
    ({ schema }) => `<h4>Body</h4>${pre(schema)}`,
  );
  const answers = Object.entries(operation.responses ?? {})
    .map(([status, { description, content }]) => {
      const shapes = Object.entries(content ?? {}).map(
        ([type, { schema }]) => ` <code>${html(type)}</code> ${link(schema)}`,
      );
      return `<li><b>${html(status)}</b> ${html(description ?? '')}${shapes.join('')}</li>`;
    })
    .join('');
  return `<details id="${html(operation.operationId ?? '')}"><summary><span class="method">${html(one.method)}</span> <code>${html(one.path)}</code> ${html(operation.summary ?? '')}</summary>
<p>${html(operation.description ?? '').replaceAll(/`([^`]+)`/g, '<code>$1</code>')}</p>${rows === '' ? '' : `<table><tr><th>Parameter</th><th>Where</th><th>What</th></tr>${rows}</table>`}${body.join('')}<h4>Answers</h4><ul>${answers}</ul></details>`;
}

function shortOf(schema: unknown): string {
  const text = JSON.stringify(schema ?? {});
  return text.length > 200 ? '' : text;
}

function link(schema: unknown): string {
  const [, name] = /#\/components\/schemas\/(\w+)/.exec(JSON.stringify(schema ?? {})) ?? [];
  return name === undefined ? '' : `<a href="#schema-${name}">${name}</a>`;
}

function pre(value: unknown): string {
  return `<pre tabindex="0">${html(JSON.stringify(value, null, 2))}</pre>`;
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
