/** The name of an environment variable that holds a secret. Its value never enters a plan or a record. */
export type SecretName = { readonly env: string };
