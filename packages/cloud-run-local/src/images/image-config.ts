import { z } from 'zod';

/**
 * The part of an OCI image configuration that decides how a container runs.
 * Contract: https://github.com/opencontainers/image-spec/blob/main/config.md#properties (`config`).
 */
export const imageConfigSchema = z
  .looseObject({
    Entrypoint: z.array(z.string()).readonly().nullish(),
    Cmd: z.array(z.string()).readonly().nullish(),
    Env: z
      .array(z.string().regex(/^[^=]+=/, 'must read NAME=value'))
      .readonly()
      .nullish(),
    WorkingDir: z.string().nullish(),
    ExposedPorts: z.record(z.string(), z.unknown()).readonly().nullish(),
  })
  .readonly();

/** How an image wants to be run. */
export type ImageConfig = z.infer<typeof imageConfigSchema>;
