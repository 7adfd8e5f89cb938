/** A Knative manifest as a person keeps it in the repository: read, and checked as far as a deployment relies on it. */
import { readFile } from 'node:fs/promises';
import { AscentError, formatPath, type Fault } from '@ascent/core';
import { parseDocument } from 'yaml';
import { z } from 'zod';

const texts = z.record(z.string(), z.string());

const manifestSchema = z.looseObject({
  apiVersion: z.literal('serving.knative.dev/v1'),
  kind: z.literal('Service'),
  metadata: z.looseObject({
    name: z.string(),
    labels: texts.default({}),
    annotations: texts.default({}),
  }),
  spec: z.strictObject(
    {
      template: z.looseObject({
        metadata: z.looseObject({ annotations: texts.default({}) }).prefault({}),
        spec: z.looseObject({
          containers: z
            .array(z.looseObject({ image: z.string().min(1) }))
            .length(1, 'name exactly one container'),
        }),
      }),
    },
    'only spec.template belongs here: the traffic is the rollout’s',
  ),
});

/** A Service to deploy: everything but the traffic. */
export type Manifest = z.output<typeof manifestSchema>;

/**
 * The manifest in `file`, which must be of `service`.
 * @throws AscentError `ASC_MANIFEST_INVALID` with every fault and its path.
 */
export async function readManifest(file: string, service: string): Promise<Manifest> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    const message = `The manifest ${file} cannot be read: ${String(error)}. Name another with --manifest <file>.`;
    throw new AscentError('ASC_MANIFEST_INVALID', message);
  });
  const document = parseDocument(text);
  const [error] = document.errors;
  if (error !== undefined) {
    throw new AscentError('ASC_MANIFEST_INVALID', `${file} is not valid YAML: ${error.message}`);
  }
  const parsed = manifestSchema.safeParse(document.toJS());
  if (!parsed.success) throw invalid(file, parsed.error.issues.map(faultOf));
  const { name } = parsed.data.metadata;
  if (name !== service) {
    const message = `is ${name}, and the plan rolls out ${service}: use the plan and the manifest of one service`;
    throw invalid(file, [{ path: 'metadata.name', message }]);
  }
  return parsed.data;
}

function faultOf(issue: z.core.$ZodIssue): Fault {
  const path = issue.path.length === 0 ? '(manifest)' : formatPath(issue.path);
  return { path, message: issue.message };
}

function invalid(file: string, faults: readonly Fault[]): AscentError {
  const lines = faults.map(({ path, message }) => `  ${path}: ${message}`);
  const message = `${file} cannot be deployed; nothing was changed:\n${lines.join('\n')}`;
  return new AscentError('ASC_MANIFEST_INVALID', message, faults);
}
