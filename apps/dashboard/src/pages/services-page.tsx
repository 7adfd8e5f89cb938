/** Several services at a glance: what each is doing, what needs a person first. */
import type { ReactElement } from 'react';
import type { Live } from '../live.js';
import { ago, clockTime } from '../model/clock-text.js';
import type { ServiceLine } from '../model/service-lines.js';
import { NotHeard } from '../parts/not-heard.js';
import { State } from '../parts/state.js';
import { serviceAddress } from '../route.js';

/** The list. */
export function ServicesPage({
  lines,
  live,
}: {
  readonly lines: readonly ServiceLine[];
  readonly live: Live;
}): ReactElement {
  return (
    <>
      {live.link === 'lost' && <NotHeard />}
      <section className="card">
        <h1 className="page-title">Services</h1>
        <ul className="services">
          {lines.map((line) => (
            <Service key={line.service} line={line} nowMs={live.nowMs} />
          ))}
        </ul>
      </section>
    </>
  );
}

function Service({
  line,
  nowMs,
}: {
  readonly line: ServiceLine;
  readonly nowMs: number;
}): ReactElement {
  const { service, tone, headline, sharePercent, sinceMs } = line;
  return (
    <li className={`tone-${tone}`}>
      <div>
        <State now={line} />
      </div>
      <div>
        <a href={serviceAddress(service)}>{service}</a>
        <p>{headline}</p>
        {sinceMs !== null && (
          <p className="quiet">
            since {clockTime(sinceMs, nowMs)}, {ago(sinceMs, nowMs)}
          </p>
        )}
      </div>
      {sharePercent !== null && (
        <p className="share">
          {sharePercent} % <span className="quiet">to the candidate</span>
        </p>
      )}
    </li>
  );
}
