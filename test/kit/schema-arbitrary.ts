/**
 * Values that fit a JSON Schema of the OpenAPI document, and the same with a member that does not: what a client could
 * send that has read the documentation, and one that has not read it well.
 */
import fc from 'fast-check';

// biome-ignore lint/suspicious/noExplicitAny: a schema is what the document says.
type Schema = any;
type Any = fc.Arbitrary<unknown>;

export interface SchemaWorld {
  /** The document's `components.schemas`. */
  readonly named: Readonly<Record<string, Schema>>;
  /** Texts that mean something here: ids, names, types. */
  readonly texts: readonly string[];
}

const DEPTH_MAX = 6;
const ITEMS_MAX = 3;
/** Of no schema, or at its edge. */
const STRANGE: readonly unknown[] = [
  null,
  true,
  -1,
  0.5,
  1e308,
  Number.MAX_SAFE_INTEGER,
  '',
  ' ',
  'x'.repeat(5_000),
  '\u0000',
  '\ud800',
  '../..',
  [],
  [[]],
  {},
  { toString: 1 },
  { constructor: { prototype: {} } },
  JSON.parse('{"__proto__": {"a": 1}}'),
];

export function fitting(schema: Schema, world: SchemaWorld, depth = 0): Any {
  if (schema.$ref !== undefined) {
    const name = String(schema.$ref).split('/').at(-1) ?? '';
    return fitting(world.named[name] ?? {}, world, depth + 1);
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...(schema.enum as unknown[]));
  const branches: readonly Schema[] | undefined = schema.oneOf ?? schema.anyOf;
  if (branches !== undefined) return fc.oneof(...branches.map((one) => fitting(one, world, depth + 1)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => fitting({ ...schema, type }, world, depth)));
  switch (schema.type) {
    case 'object':
      return objects(schema, world, depth);
    case 'array':
      return fc.array(fitting(schema.items ?? {}, world, depth + 1), {
        minLength: Math.min(schema.minItems ?? 0, ITEMS_MAX),
        maxLength:
          depth > DEPTH_MAX ? (schema.minItems ?? 0) : Math.min(schema.maxItems ?? ITEMS_MAX, ITEMS_MAX),
      });
    case 'string':
      return texts(schema, world);
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 5_000, 2 ** 31 - 1) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -5, max: schema.maximum ?? 5_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objects(schema: Schema, world: SchemaWorld, depth: number): Any {
  const properties: Record<string, Schema> = schema.properties ?? {};
  const required: readonly string[] = schema.required ?? [];
  const members = Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => depth <= DEPTH_MAX || required.includes(name))
      .map(([name, one]) => [name, fitting(one, world, depth + 1)]),
  );
  if (Object.keys(members).length > 0 || typeof schema.additionalProperties !== 'object')
    return fc.record(members, { requiredKeys: required.filter((name) => name in members) });
  return fc.dictionary(
    fc.constantFrom(...world.texts),
    fitting(schema.additionalProperties, world, depth + 1),
    {
      maxKeys: ITEMS_MAX,
    },
  );
}

function texts(
  { format, pattern, minLength = 0, maxLength = 300 }: Schema,
  { texts: known }: SchemaWorld,
): Any {
  if (format === 'date-time') return fc.constantFrom('2020-01-01T00:00:00Z', '2999-12-31T23:59:59.999+14:00');
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  const any = fc.string({ minLength, maxLength: Math.min(maxLength, 300), unit: 'grapheme' });
  const fits = known.filter((one) => one.length >= minLength && one.length <= maxLength);
  return fits.length === 0 ? any : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...fits) }, any);
}

/** The same with one member, at any depth, put out of place, renamed or added. */
export function nearlyFitting(schema: Schema, world: SchemaWorld): Any {
  return fc
    .tuple(
      fitting(schema, world),
      fc.array(fc.nat(), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(...STRANGE),
    )
    .map(([value, path, strange]) => mutated(value, path, strange));
}

function mutated(value: unknown, [step = 0, ...rest]: readonly number[], strange: unknown): unknown {
  if (typeof value !== 'object' || value === null) return strange;
  const keys = Object.keys(value);
  const key = keys[step % (keys.length + 1)];
  if (key === undefined) return Array.isArray(value) ? [...value, strange] : { ...value, unknown: strange };
  const inner = (value as Record<string, unknown>)[key];
  const next = rest.length === 0 ? strange : mutated(inner, rest, strange);
  return Array.isArray(value)
    ? value.map((one, index) => (String(index) === key ? next : one))
    : { ...value, [key]: next };
}
