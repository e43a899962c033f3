import { useQueryClient } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import { useTranslation } from "react-i18next";

import { amendSession } from "@/api/session";
import type { Workspace } from "@/api/types";
import { changeWorkspace, workspaceKeys } from "@/api/workspace";
import { Button } from "@/ui/Button";
import { ErrorBlock } from "@/ui/ErrorBlock";
import { Field } from "@/ui/Field";
import { fieldErrors, restOf } from "@/ui/fieldErrors";
import { Notice } from "@/ui/Notice";
import { Panel } from "@/ui/Panel";
import { useAction } from "@/ui/useAction";

type Limit = keyof Workspace["limits"];

const LIMITS: { name: Limit; unit: string }[] = [
  { name: "maxActiveRuns", unit: "" },
  { name: "maxDurationMinutes", unit: "units.minutes" },
  { name: "defaultDurationMinutes", unit: "units.minutes" },
  { name: "startCooldownSeconds", unit: "units.seconds" },
];
const SHOWN = ["/name", ...LIMITS.map(({ name }) => `/limits/${name}`)];

interface Props {
  workspace: Workspace;
  mayChange: boolean;
}

/** The workspace's name and its own limits, which stay within what the platform allows. */
export function WorkspaceForm({ workspace, mayChange }: Props) {
  const { t } = useTranslation("settings");
  const queryClient = useQueryClient();
  const [saved, setSaved] = useState(false);
  const action = useAction(changeWorkspace);
  const wrong = fieldErrors(t, action.error);
  const rest = restOf(t, action.error, SHOWN);

  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    setSaved(false);
    const change = changeOf(new FormData(event.currentTarget), workspace);
    if (change === null) return;
    const answer = await action.run(change);
    if (!answer) return;
    queryClient.setQueryData(workspaceKeys.detail, answer.value);
    void queryClient.invalidateQueries({ queryKey: workspaceKeys.mine });
    amendSession({ workspace: { name: answer.value.name, limits: answer.value.limits } });
    setSaved(true);
  }

  return (
    <Panel title={t("workspace.settings")}>
      <form onSubmit={(event) => void submit(event)} onChange={() => setSaved(false)} className="flex flex-col gap-4 p-3">
        {!mayChange && <Notice>{t("workspace.readOnly")}</Notice>}
        <Field label={t("workspace.name")} name="name" required maxLength={60} defaultValue={workspace.name} readOnly={!mayChange} error={wrong["/name"]} className="max-w-[480px]" />
        <fieldset className="grid gap-4 sm:grid-cols-2">
          <legend className="mb-2 text-dense text-text3">{t("workspace.limitsText")}</legend>
          {LIMITS.map(({ name, unit }) => (
            <Field
              key={name}
              label={t(`limits.${name}`)}
              name={name}
              inputMode="numeric"
              pattern="[0-9]{1,7}"
              required
              readOnly={!mayChange}
              defaultValue={workspace.limits[name]}
              unit={unit && t(unit)}
              error={wrong[`/limits/${name}`]}
            />
          ))}
        </fieldset>
        {rest !== null && <ErrorBlock error={rest} />}
        {saved && (
          <div role="status">
            <Notice look="done">{t("workspace.saved")}</Notice>
          </div>
        )}
        {mayChange && (
          <div>
            <Button look="primary" type="submit" busy={action.busy}>
              {t("workspace.submit")}
            </Button>
          </div>
        )}
      </form>
    </Panel>
  );
}

/** What differs from what is, as the API takes it; null when nothing does. */
function changeOf(form: FormData, workspace: Workspace) {
  const name = String(form.get("name") ?? "").trim();
  const limits: Partial<Workspace["limits"]> = {};
  for (const { name: limit } of LIMITS) {
    const value = Number(form.get(limit));
    if (value !== workspace.limits[limit]) limits[limit] = value;
  }
  const change = { ...(name !== workspace.name ? { name } : {}), ...(Object.keys(limits).length > 0 ? { limits } : {}) };
  return Object.keys(change).length > 0 ? change : null;
}
