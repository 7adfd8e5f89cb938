import type { GetServerSideProps } from 'next';

/** Never shown: {@link getServerSideProps} ends every request. */
export default function Drill(): null {
  return null;
}

/** Throws, where `SENTRY_DRILL` is set: after a deployment, to see that Sentry hears of the server. Otherwise 404. */
export const getServerSideProps: GetServerSideProps = () => {
  if ((process.env.SENTRY_DRILL ?? '') === '') return Promise.resolve({ notFound: true });
  throw new Error('Sentry drill: this error was asked for');
};
