import { useState } from 'react';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import { useText } from '../messages/use-text.ts';
import { Button } from '../ui/Button.tsx';
import { Heading } from '../ui/Heading.tsx';
import { Paper } from '../ui/Paper.tsx';
import { type Checked, checkFile } from './check.ts';
import { ProvenRecord } from './ProvenRecord.tsx';
import styles from './RecordPage.module.css';
import { RefusedRecord } from './RefusedRecord.tsx';

/** Where a check stands. */
type Check =
  | { readonly kind: 'none' }
  | { readonly kind: 'checking'; readonly file: string }
  | { readonly kind: 'checked'; readonly file: string; readonly checked: Checked };

/** Checks a record's file without a network: chosen, or dropped anywhere on the card. */
export const RecordPage = () => {
  const [check, setCheck] = useState<Check>({ kind: 'none' });
  const begin = (file: File) => {
    setCheck({ kind: 'checking', file: file.name });
    void checkFile(file).then((checked) =>
      // Of a file that was chosen meanwhile, this one says nothing.
      setCheck((now) =>
        now.kind === 'checking' && now.file === file.name ? { ...now, kind: 'checked', checked } : now,
      ),
    );
  };
  return <RecordScreen check={check} onFile={begin} />;
};

type Props = { readonly check: Check; readonly onFile: (file: File) => void };

/** The page as a check stands. */
const RecordScreen = ({ check, onFile }: Props) => {
  const text = useText();
  return (
    <Paper width="wide">
      <title>{`${text('record.title')} · Parley`}</title>
      <header className={styles.head}>
        <Heading>{text('record.title')}</Heading>
        <p>{text('record.lead')}</p>
      </header>
      <DropZone
        className={styles.drop ?? ''}
        aria-label={text('record.drop')}
        onDrop={({ items }) => {
          const [item] = items.filter((one) => one.kind === 'file');
          if (item) void item.getFile().then(onFile);
        }}
      >
        <FileTrigger
          onSelect={(files) => {
            const [file] = files ?? [];
            if (file) onFile(file);
          }}
        >
          <Button weight={check.kind === 'none' ? 'main' : 'plain'} isPending={check.kind === 'checking'}>
            {text(check.kind === 'none' ? 'record.choose' : 'record.choose.other')}
          </Button>
        </FileTrigger>
        <p>{text('record.drop')}</p>
      </DropZone>
      <div role="status" className={styles.result}>
        {check.kind === 'checking' ? <p>{text('record.checking', { file: check.file })}</p> : null}
        {check.kind === 'checked' ? <Result {...check} /> : null}
      </div>
    </Paper>
  );
};

const Result = ({ file, checked }: { readonly file: string; readonly checked: Checked }) => {
  const text = useText();
  if (checked.verdict === 'unreadable')
    return <p className={styles.unreadable}>{text('record.unreadable', { file })}</p>;
  if (checked.verdict === 'refused') return <RefusedRecord file={file} report={checked} />;
  return <ProvenRecord file={file} report={checked} />;
};
