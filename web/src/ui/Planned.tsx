import { useText } from '../messages/use-text.ts';

type Props = { readonly fromMs: number; readonly untilMs: number; readonly zone: string };

/** When a meeting is planned: in its own time zone, and in the reader's where clocks show another time there. */
export const Planned = ({ fromMs, untilMs, zone }: Props) => {
  const text = useText();
  const { there, here } = text.span(fromMs, untilMs, zone);
  return (
    <>
      {there === null ? null : <p>{text('planned.there', { span: there, zone })}</p>}
      {here === null ? null : <p>{text('planned.here', { span: here })}</p>}
    </>
  );
};
