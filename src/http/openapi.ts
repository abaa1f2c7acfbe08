/** The OpenAPI 3.1 document, from the schemas that validate. */
import { OpenAPIHono, type RouteConfig } from '@hono/zod-openapi';
import { type Endpoint, isDoneOnce } from './endpoint.ts';
import { ENDPOINTS } from './endpoints.ts';
import { CSRF_HEADER } from './holder.ts';
import { IDEMPOTENCY_HEADER } from './idempotency.ts';
import { PROBLEM_TYPE } from './problem.ts';
import { problemDetails } from './shapes/common.ts';
import { messageSchemas } from './shapes/webhooks.ts';

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

let made: OpenApiDocument | null = null;

/** Made at first use; the same for everyone. */
export function openApiDocument(): OpenApiDocument {
  made ??= makeDocument();
  return made;
}

const ABOUT = `Zoneward manages what a product's users keep at Cloudflare. Every request carries an API key
(\`Authorization: Bearer zwk_…\`); an operator's key also names the tenant (\`Zoneward-Tenant\`).
Errors are problem details (RFC 9457). A write with an \`Idempotency-Key\` is done once, however often it is sent.
Lists are pages: give \`next\` back as \`cursor\`. Answers of GET carry an ETag; \`If-Match\` refuses a change of what moved.
Long work is a job: 202, then \`GET /v1/jobs/{id}\` or its events.`;

function makeDocument(): OpenApiDocument {
  const host = new OpenAPIHono();
  const registry = host.openAPIRegistry;
  registry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  registry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'zoneward_session',
    description: `Of the dashboard, after \`signIn\`; every write also carries the header \`${CSRF_HEADER}\`.`,
  });
  registry.registerComponent('securitySchemes', 'connectSession', {
    type: 'http',
    scheme: 'bearer',
    description: 'What stands behind the `#` of the link of a connect session',
  });
  for (const endpoint of ENDPOINTS) registry.registerPath(routeOf(endpoint));
  for (const { type, about, schema } of messageSchemas())
    registry.registerWebhook({
      method: 'post',
      path: type,
      operationId: `on_${type.replaceAll('.', '_')}`,
      tags: ['webhooks'],
      summary: about,
      description: WEBHOOK_NOTE,
      request: { body: { required: true, content: { 'application/json': { schema } } } },
      responses: {
        '2XX': { description: 'It is taken. 410 ends the webhook; anything else is tried again.' },
      },
    });
  return host.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Zoneward',
      version: '1',
      description: ABOUT,
      license: { name: 'MIT' },
    },
    servers: [{ url: '/' }],
    security: [{ apiKey: [] }, { session: [] }],
  });
}

const WEBHOOK_NOTE =
  'Signed by the Standard Webhooks specification: headers `webhook-id`, `webhook-timestamp`, `webhook-signature`.';

function routeOf(endpoint: Endpoint): RouteConfig {
  const { method, path, operationId, tag, summary, answers, params, query, body } = endpoint;
  const content =
    answers.schema === undefined
      ? answers.type === undefined
        ? {}
        : { content: { [answers.type]: { schema: { type: 'string' as const } } } }
      : { content: { 'application/json': { schema: answers.schema } } };
  return {
    method,
    path,
    operationId,
    tags: [tag],
    summary,
    description: whoMay(endpoint),
    ...(endpoint.for === 'anyone' ? { security: [] } : {}),
    ...(endpoint.for === 'connect-session' ? { security: [{ connectSession: [] }] } : {}),
    request: {
      ...(params === null ? {} : { params }),
      ...(query === null ? {} : { query }),
      ...(body === null
        ? {}
        : { body: { required: true, content: { 'application/json': { schema: body } } } }),
    },
    ...(isDoneOnce(endpoint) ? { parameters: [IDEMPOTENCY_PARAMETER] } : {}),
    responses: {
      [answers.status]: { description: answers.description, ...content },
      default: { description: 'What went wrong', content: { [PROBLEM_TYPE]: { schema: problemDetails } } },
    },
  };
}

function whoMay(endpoint: Endpoint): string {
  if (endpoint.for === 'anyone') return 'For everyone. Tries that fail are counted, and refused after some.';
  if (endpoint.for === 'connect-session') return 'For whoever holds the link of a connect session.';
  return endpoint.scope === null ? 'For every API key.' : `Needs the scope \`${endpoint.scope}\`.`;
}

const IDEMPOTENCY_PARAMETER = {
  name: IDEMPOTENCY_HEADER,
  in: 'header' as const,
  required: false,
  description: 'The same key with the same request gives the first answer again',
  schema: { type: 'string' as const, maxLength: 255 },
};
