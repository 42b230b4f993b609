/** Which JSON a request's body is written in, and which its answer. Source: RFC 9110, sections 8.3 and 12.5.1; Neo4j Query API v2. */
import type { JsonForm } from '../durable/json-value.ts';
import { HttpError } from './request-body.ts';

const PLAIN_JSON = 'application/json';

/** By media type, the one that is answered when any will do first. */
const FORMS: ReadonlyMap<string, JsonForm> = new Map([
  [PLAIN_JSON, 'plain'],
  ['application/vnd.neo4j.query', 'typed'],
  ['application/vnd.neo4j.query.v1.0', 'typed'],
]);

const KNOWN = [...FORMS.keys()].map((mediaType) => `'${mediaType}'`).join(', ');

/** The form of the body. Throws HttpError 415 for a type that is not read here. */
export function formOfBody(request: Request): JsonForm {
  const form = FORMS.get(bodyType(request));
  if (form === undefined) throw new HttpError(415, `The header 'content-type' must be one of ${KNOWN}.`);
  return form;
}

/** For doors that read plain JSON only. Throws HttpError 415. */
export function requirePlainBody(request: Request): void {
  if (bodyType(request) === PLAIN_JSON) return;
  throw new HttpError(415, `The header 'content-type' must be '${PLAIN_JSON}'.`);
}

function bodyType(request: Request): string {
  return withoutParameters(request.headers.get('content-type') ?? '');
}

/**
 * The answer's media type, which clients compare letter by letter, and its form: what the header `accept` weighs most,
 * of equals the first. Throws HttpError 406 when it allows none.
 */
export function formOfAnswer(request: Request): { mediaType: string; form: JsonForm } {
  const ranges = (request.headers.get('accept') ?? '*/*').split(',').map(parseRange);
  ranges.sort((left, right) => right.weight - left.weight);
  for (const { range, weight } of ranges) {
    if (weight === 0) break;
    for (const [mediaType, form] of FORMS) {
      const isRefused = ranges.some((other) => other.weight === 0 && other.range === mediaType);
      if (covers(range, mediaType) && !isRefused) return { mediaType, form };
    }
  }
  throw new HttpError(406, `The header 'accept' must allow one of ${KNOWN}.`);
}

function parseRange(text: string): { range: string; weight: number } {
  const [, quality] = /;\s*q=(\d(?:\.\d*)?)\s*(?:;|$)/i.exec(text) ?? [];
  return { range: withoutParameters(text), weight: quality === undefined ? 1 : Number(quality) };
}

function covers(range: string, mediaType: string): boolean {
  return range === '*/*' || range === 'application/*' || range === mediaType;
}

function withoutParameters(text: string): string {
  return text.split(';')[0]!.trim().toLowerCase();
}
