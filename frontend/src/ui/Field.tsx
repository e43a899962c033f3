import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from "react";

interface Props extends InputHTMLAttributes<HTMLInputElement> {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  unit?: ReactNode;
  ref?: Ref<HTMLInputElement>;
}

/** A labelled input whose hint and error are tied to it for everybody. */
export function Field({ label, hint, error, unit, id, className = "", ...input }: Props) {
  const own = useId();
  const inputId = id ?? own;
  const hintId = `${inputId}-hint`;
  const errorId = `${inputId}-error`;
  return (
    <div className={className}>
      <label htmlFor={inputId} className="mb-1 block text-dense font-medium text-text2">
        {label}
      </label>
      <div className="flex items-center gap-2">
        <input
          {...input}
          id={inputId}
          aria-invalid={error ? true : undefined}
          aria-describedby={[hint && hintId, error && errorId].filter(Boolean).join(" ") || undefined}
          className="min-h-10 w-full min-w-0 rounded-md border border-control bg-bg px-3 read-only:border-hairline read-only:bg-transparent aria-invalid:border-danger"
        />
        {unit && <span className="shrink-0 text-text2">{unit}</span>}
      </div>
      {hint && (
        <p id={hintId} className="mt-1 text-table text-text3">
          {hint}
        </p>
      )}
      {error && (
        <p id={errorId} className="mt-1 text-dense text-danger">
          {error}
        </p>
      )}
    </div>
  );
}
