import { Component, type ReactNode } from 'react';
import { useText } from '../messages/use-text.ts';
import { Button } from './Button.tsx';
import { Heading } from './Heading.tsx';
import { Paper } from './Paper.tsx';

type Props = {
  readonly children: ReactNode;
  /** Ends what the page was doing: nobody can see any more what it sends. */
  readonly onBroken: () => void;
  readonly onReload: () => void;
};

/** Catches a bug while rendering: a drawn page with a way on instead of a white one. */
export class Breakdown extends Component<Props, { readonly broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override componentDidCatch() {
    this.props.onBroken();
  }

  override render() {
    return this.state.broken ? <BrokenDown onReload={this.props.onReload} /> : this.props.children;
  }
}

const BrokenDown = ({ onReload }: { readonly onReload: () => void }) => {
  const text = useText();
  return (
    <Paper width="narrow">
      <Heading>{text('page.failed')}</Heading>
      <p>{text('page.failed.lead')}</p>
      <p>{text('page.failed.do')}</p>
      <Button weight="main" onPress={onReload}>
        {text('page.again')}
      </Button>
    </Paper>
  );
};
