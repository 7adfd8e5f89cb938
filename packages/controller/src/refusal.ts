/** Why a request may not act. */
export type Refusal = {
  readonly status: 401 | 403;
  readonly code:
    | 'READ_ONLY'
    | 'FOREIGN_ORIGIN'
    | 'FOREIGN_HOST'
    | 'NOT_SIGNED_IN'
    | 'WRONG_TOKEN'
    | 'NO_NAME'
    | 'NOT_ALLOWED';
  readonly message: string;
};
