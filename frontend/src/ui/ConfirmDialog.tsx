import { useRef, useState, type FormEvent, type ReactNode } from "react";
import { useTranslation } from "react-i18next";

import { Button } from "./Button";
import { Dialog, DialogActions } from "./Dialog";
import { ErrorBlock } from "./ErrorBlock";
import { Field } from "./Field";
import { useAction } from "./useAction";

interface Props {
  title: string;
  /** What will be so afterwards. */
  children: ReactNode;
  confirm: string;
  /** A word or name to type first, for what cannot be taken back. */
  typed?: string;
  act: () => Promise<unknown>;
  onClose: () => void;
  onDone?: () => void;
}

/** Asks before something that hurts: says what will happen; the focus starts where nothing does. */
export function ConfirmDialog({ title, children, confirm, typed, act, onClose, onDone }: Props) {
  const { t } = useTranslation();
  const cancel = useRef<HTMLButtonElement>(null);
  const [text, setText] = useState("");
  const action = useAction(act);
  const ready = typed === undefined || text.trim() === typed;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!ready || !(await action.run())) return;
    onDone?.();
    onClose();
  }

  return (
    <Dialog open onOpenChange={(open) => !open && onClose()} title={title} initialFocus={cancel}>
      <form onSubmit={(event) => void submit(event)} className="flex flex-col gap-4">
        <div className="text-text2">{children}</div>
        {typed !== undefined && (
          <Field label={t("typeToConfirm", { word: typed })} value={text} onChange={(event) => setText(event.target.value)} autoComplete="off" spellCheck={false} />
        )}
        {action.error !== null && <ErrorBlock error={action.error} />}
        <DialogActions>
          <Button ref={cancel} onClick={onClose}>
            {t("cancel")}
          </Button>
          <Button look="danger" type="submit" busy={action.busy} disabled={!ready}>
            {confirm}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
