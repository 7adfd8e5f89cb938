import { useEffect, useState, type ReactElement } from 'react';
import { fieldsOf, textOf, type Citation } from '../chat/contract';
import { Sheet } from './sheet';

type Section = { readonly heading: string; readonly body: string };
type Note = {
  readonly slug: string;
  readonly summary: string;
  readonly sections: readonly Section[];
  readonly sources: readonly string[];
  readonly reviewed: string;
};

function readNote(value: unknown): Note {
  const { slug, summary, sections, sources, reviewed } = fieldsOf(value);
  const list = (items: unknown): readonly unknown[] => (Array.isArray(items) ? items : []);
  return {
    slug: textOf(slug),
    summary: textOf(summary),
    sections: list(sections).map((section) => {
      const { heading, body } = fieldsOf(section);
      return { heading: textOf(heading), body: textOf(body) };
    }),
    sources: list(sources).map(textOf),
    reviewed: textOf(reviewed),
  };
}

/** The note with this slug; `missing` if it cannot be read. */
function useNote(slug: string | null): Note | 'missing' | null {
  const [found, setFound] = useState<{ slug: string; note: Note | 'missing' } | null>(null);
  useEffect(() => {
    if (slug === null) return;
    const read = async (): Promise<Note> => {
      const response = await fetch(`/notes/${encodeURIComponent(slug)}.json`);
      if (!response.ok) throw new Error(`the note was answered with ${response.status}`);
      return readNote(await response.json());
    };
    read().then(
      (note) => {
        setFound({ slug, note });
      },
      () => {
        setFound({ slug, note: 'missing' });
      },
    );
  }, [slug]);
  return found?.slug === slug ? found.note : null;
}

type Props = { readonly citation: Citation | null; readonly onClose: () => void };

/** The note behind a citation, opened at the passage that was quoted. */
export function NoteSheet({ citation, onClose }: Props): ReactElement {
  const note = useNote(citation?.slug ?? null);
  return (
    <Sheet title={citation?.title ?? ''} isOpen={citation !== null} onClose={onClose}>
      {citation !== null && <Passage citation={citation} note={note} />}
    </Sheet>
  );
}

function Passage(props: {
  readonly citation: Citation;
  readonly note: Note | 'missing' | null;
}): ReactElement {
  const { citation, note } = props;
  if (note === null) return <p className="quiet note-wait">Opening the note …</p>;
  if (note === 'missing') {
    return (
      <p>
        The answer quotes the part “{citation.section}”. The note itself cannot be read right now.
      </p>
    );
  }
  const all = [{ heading: 'Summary', body: note.summary }, ...note.sections];
  const quoted = all.find(({ heading }) => heading === citation.section);
  const others = all.filter((section) => section !== quoted);
  return (
    <>
      {quoted && (
        <blockquote className="passage">
          <h3>{quoted.heading}</h3>
          <p>{quoted.body}</p>
        </blockquote>
      )}
      <details className="rest" open={quoted === undefined}>
        <summary>The rest of the note</summary>
        {others.map(({ heading, body }) => (
          <section key={heading}>
            <h3>{heading}</h3>
            <p>{body}</p>
          </section>
        ))}
      </details>
      <p className="quiet">
        Reviewed {note.reviewed}. Sources: {note.sources.join('; ')}.
      </p>
    </>
  );
}
