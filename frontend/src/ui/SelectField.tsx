import { useId, type ReactNode, type SelectHTMLAttributes } from "react";

interface Props extends SelectHTMLAttributes<HTMLSelectElement> {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  /** The label is said to screen readers only: its row or its column says it to the eye. */
  quiet?: boolean;
}

/** A labelled choice of a few: the browser's own control, which every keyboard, phone and screen reader knows. */
export function SelectField({ label, hint, error, quiet = false, className = "", children, id, ...select }: Props) {
  const own = useId();
  const selectId = id ?? own;
  return (
    <div className={className}>
      <label htmlFor={selectId} className={quiet ? "sr-only" : "mb-1 block text-dense font-medium text-text2"}>
        {label}
      </label>
      <select
        {...select}
        id={selectId}
        aria-describedby={[hint && `${selectId}-hint`, error && `${selectId}-error`].filter(Boolean).join(" ") || undefined}
        className={`w-full min-w-0 rounded-md border border-control bg-bg px-2 ${quiet ? "min-h-8 text-dense" : "min-h-10"} disabled:opacity-50`}
      >
        {children}
      </select>
      {hint && (
        <p id={`${selectId}-hint`} className="mt-1 text-table text-text3">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${selectId}-error`} className="mt-1 text-dense text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
