/** `ascent deploy` on the command line. What it does is loaded when it is used, so that other commands start fast. */
import { InvalidArgumentError, type Command } from 'commander';
import { AscentError } from '@ascent/core';
import { print } from '../output.js';
import { loadPlan } from '../plan-file.js';
import type { SharedOptions } from '../session.js';

type Options = Pick<SharedOptions, 'plan' | 'json'> & {
  readonly manifest: string;
  readonly image: string;
  readonly release: string;
  readonly allowTag?: boolean;
};

const DIGEST = /@sha256:[0-9a-f]{64}$/;

function releaseLabel(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._+-]{0,62}$/.test(text)) return text;
  throw new InvalidArgumentError('Write a release such as v1.2.0.');
}

/** Gives `command` (which has the shared options) its own options and its action. */
export function addDeploy(command: Command): void {
  command
    .requiredOption('--manifest <file>', 'the service as Knative Serving v1, without traffic')
    .requiredOption('--image <reference>', 'the image, by digest: NAME@sha256:…')
    .option('--release <label>', 'shown in the revision’s name', releaseLabel, '')
    .option('--allow-tag', 'take an image by tag; what a tag means may change')
    .addHelpText(
      'after',
      '\nExample:\n  ascent deploy --plan deploy/ascent.yaml --manifest deploy/cloud-run-production.yaml --image "$IMAGE" --release v1.2.0\n\nThe new revision gets no traffic (except on the very first deployment); `ascent up` takes it from there.',
    )
    .action(async (options: Options) => {
      if (options.allowTag !== true && !DIGEST.test(options.image)) {
        throw new AscentError(
          'ASC_USAGE',
          `--image ${options.image} is not by digest. Write NAME@sha256:…, or add --allow-tag.`,
        );
      }
      const { deploy } = await import('./deploy.js');
      const plan = await loadPlan(options.plan);
      const { manifest, image, release } = options;
      const deployed = await deploy(plan, { manifest, image, label: release });
      const share = deployed.first
        ? 'the service is new, so it has all the traffic'
        : 'it has no traffic yet';
      print(`${deployed.revision} is ready; ${share}.`, deployed, {
        json: options.json === true,
      });
    });
}
