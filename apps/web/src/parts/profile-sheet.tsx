import type { ReactElement, SubmitEvent } from 'react';
import type { DiverProfile } from '../chat/contract';
import { memory } from '../chat/memory';
import { Sheet } from './sheet';

const levels = [
  'Not certified yet',
  'Open Water Diver',
  'Advanced Open Water Diver',
  'Rescue Diver',
  'Divemaster',
  'Instructor',
];
const agencies = ['PADI', 'SSI', 'CMAS', 'BSAC', 'NAUI', 'SDI', 'Another'];

/** What the form says, without the empty fields. */
function readForm(form: FormData): DiverProfile {
  const text = (name: string): string => {
    const value = form.get(name);
    return typeof value === 'string' ? value.trim() : '';
  };
  const dives = Number.parseInt(text('dives'), 10);
  const [level, agency, location] = [text('level'), text('agency'), text('location')];
  return {
    ...(level !== '' && { certificationLevel: level }),
    ...(agency !== '' && { agency }),
    ...(dives >= 0 && { loggedDives: Math.min(dives, 100_000) }),
    ...(location !== '' && { location }),
  };
}

type ChoiceProps = {
  readonly label: string;
  readonly name: string;
  readonly choices: readonly string[];
  readonly chosen: string | undefined;
};

function Choice({ label, name, choices, chosen }: ChoiceProps): ReactElement {
  return (
    <label className="field">
      <span>{label}</span>
      <select name={name} defaultValue={chosen ?? ''}>
        <option value="">Not said</option>
        {choices.map((choice) => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    </label>
  );
}

type Props = { readonly isOpen: boolean; readonly onClose: () => void };

/** What a diver may tell about himself. */
export function ProfileSheet({ isOpen, onClose }: Props): ReactElement {
  const save = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    memory.keepProfile(readForm(new FormData(event.currentTarget)));
    onClose();
  };
  return (
    <Sheet title="About you" isOpen={isOpen} onClose={onClose}>
      <p>Kept on this device, and sent along with your questions so that the answers fit.</p>
      {isOpen && <ProfileForm profile={memory.profile()} onSubmit={save} />}
    </Sheet>
  );
}

function ProfileForm(props: {
  readonly profile: DiverProfile;
  readonly onSubmit: (event: SubmitEvent<HTMLFormElement>) => void;
}): ReactElement {
  const { certificationLevel, agency, loggedDives, location } = props.profile;
  return (
    <form className="fields" onSubmit={props.onSubmit}>
      <Choice label="Certification" name="level" choices={levels} chosen={certificationLevel} />
      <Choice label="Agency" name="agency" choices={agencies} chosen={agency} />
      <label className="field">
        <span>Logged dives</span>
        <input
          name="dives"
          type="number"
          inputMode="numeric"
          min="0"
          max="100000"
          defaultValue={loggedDives ?? ''}
        />
      </label>
      <label className="field">
        <span>Where you dive, or are going to</span>
        <input name="location" maxLength={200} defaultValue={location ?? ''} />
      </label>
      <button className="button">Save</button>
    </form>
  );
}
