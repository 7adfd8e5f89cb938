/** What a service and its project, its labels and its revision may be called. */
import {
  revisionNamePattern,
  serviceNamePattern,
  servingApiVersion,
  type Service,
} from '@ascent/knative';
import { invalidArgument } from '../api/api-error.js';
import type { ServiceKey } from './record.js';

/** A project's id, or its number; ids of organizations begin with a domain and a colon. */
const projectPattern = /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,62}$/;
/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set */
const labelNamePattern =
  /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;
const labelValuePattern = /^([A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?)?$/;

function checkLabels(labels: Readonly<Record<string, string>> | undefined, path: string): void {
  for (const [name, value] of Object.entries(labels ?? {})) {
    if (labelNamePattern.test(name) && labelValuePattern.test(value)) continue;
    throw invalidArgument(
      `${path}: '${name}: ${value}' is no label; use letters, digits, '-', '_' and '.', at most 63 of them on each side.`,
    );
  }
}

function checkProject(
  { metadata: { namespace } }: Service,
  { project }: ServiceKey,
  number: string,
): void {
  if (!projectPattern.test(project)) {
    throw invalidArgument(
      `namespace: '${project.slice(0, 80)}' is no project; use at most 63 letters, digits, '-', '_', '.' and ':'.`,
    );
  }
  if (namespace === undefined || ['', project, number].includes(namespace)) return;
  throw invalidArgument(`metadata.namespace: '${namespace}' must be '${project}', as in the URL.`);
}

function checkRevisionName(revision: string | undefined, service: string): void {
  if (revision === undefined || revision === '') return;
  if (revision.startsWith(`${service}-`) && revisionNamePattern.test(revision)) return;
  throw invalidArgument(
    `spec.template.metadata.name: '${revision}' must begin with '${service}-' and hold only lower-case letters, digits and hyphens (at most 63).`,
  );
}

/**
 * Checks every name of a write; `projectNumber` may stand for the project.
 * @throws ApiError INVALID_ARGUMENT naming the field at fault.
 */
export function checkNames(service: Service, key: ServiceKey, projectNumber: string): void {
  const { apiVersion, metadata, spec } = service;
  if (apiVersion !== servingApiVersion) {
    throw invalidArgument(`apiVersion: '${apiVersion}' must be '${servingApiVersion}'.`);
  }
  if (metadata.name !== key.service) {
    throw invalidArgument(
      `metadata.name: '${metadata.name ?? ''}' must be '${key.service}', as in the URL.`,
    );
  }
  if (!serviceNamePattern.test(key.service)) {
    throw invalidArgument(
      `metadata.name: '${key.service}' must begin with a letter, hold only lower-case letters, digits and hyphens, not end with a hyphen, and be under 50 characters.`,
    );
  }
  checkProject(service, key, projectNumber);
  checkRevisionName(spec.template.metadata?.name, key.service);
  checkLabels(metadata.labels, 'metadata.labels');
  checkLabels(spec.template.metadata?.labels, 'spec.template.metadata.labels');
}
