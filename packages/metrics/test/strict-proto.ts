/** Whether JSON is what Google's own protobuf definitions say, down to the last key: proto3 JSON parsers drop what they do not know. */
import { createRequire } from 'node:module';
import protobuf from 'protobufjs';

const require = createRequire(import.meta.url);

/** JSON types of well-known messages, which have no keys. */
const scalars: Readonly<Record<string, string>> = {
  '.google.protobuf.Duration': 'string',
  '.google.protobuf.Timestamp': 'string',
  '.google.protobuf.BoolValue': 'boolean',
};

/** A message type of one of Google's packages. */
export function protoType(packageName: string, typeName: string): protobuf.Type {
  const json = require(`${packageName}/build/protos/protos.json`) as protobuf.INamespace;
  const root = protobuf.Root.fromJSON(json);
  root.resolveAll();
  return root.lookupType(typeName);
}

/** What in `json` does not fit `type`, each with its path; empty where all does. */
export function faultsIn(type: protobuf.Type, json: unknown, path = type.name): readonly string[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    return [`${path}: ${JSON.stringify(json)} is no message`];
  }
  return Object.entries(json).flatMap(([key, value]) => {
    const at = `${path}.${key}`;
    const field = type.fields[key];
    if (field === undefined) return [`${at}: unknown field of ${type.fullName}`];
    if (field.map) return typeof value === 'object' ? [] : [`${at}: no map`];
    if (!field.repeated) return faultsOfField(field, value, at);
    if (!Array.isArray(value)) return [`${at}: no list`];
    return value.flatMap((item: unknown, index) => faultsOfField(field, item, `${at}[${index}]`));
  });
}

function faultsOfField(field: protobuf.Field, value: unknown, at: string): readonly string[] {
  const resolved = field.resolvedType;
  if (resolved instanceof protobuf.Enum) {
    const known = typeof value === 'string' && value in resolved.values;
    return known ? [] : [`${at}: ${JSON.stringify(value)} is none of ${resolved.fullName}`];
  }
  if (resolved instanceof protobuf.Type) {
    const scalar = scalars[resolved.fullName];
    if (scalar === undefined) return faultsIn(resolved, value, at);
    return typeof value === scalar ? [] : [`${at}: no ${scalar}`];
  }
  const wanted = field.type === 'string' ? 'string' : field.type === 'bool' ? 'boolean' : 'number';
  return typeof value === wanted ? [] : [`${at}: ${JSON.stringify(value)} is no ${wanted}`];
}
