import { useMemo } from "react";
import { useTranslation } from "react-i18next";

import type { RunEvent, TradingState } from "@/api/types";
import { classes } from "@/ui/classes";
import { Panel } from "@/ui/Panel";
import { Time } from "@/ui/Time";

import { arrow, beside, CANVAS, NODE, PLACES } from "./geometry";
import { MOVES, nextStates, pathTaken, STATES, type Step } from "./tradingMachine";

interface Props {
  current: TradingState;
  events: RunEvent[];
}

const COLUMN_MOVES = MOVES.filter(([from, to]) => !beside(from) && !beside(to));

/** The published machine of trading: where it stands, the way it came with numbers, and where it may go next. */
export function TradingMachine({ current, events }: Props) {
  const { t } = useTranslation();
  const path = useMemo(() => pathTaken(events), [events]);
  const next = nextStates(current);
  return (
    <Panel title={t("run:machine.title")}>
      <div className="p-3">
        <svg viewBox={`0 0 ${CANVAS.width} ${CANVAS.height}`} aria-hidden className="mx-auto block w-full max-w-[296px]">
          <defs>
            {(["hairline", "accent"] as const).map((tone) => (
              <marker key={tone} id={`arrow-${tone}`} viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse">
                <path d="M0 0 8 4 0 8z" className={tone === "accent" ? "fill-accent" : "fill-control"} />
              </marker>
            ))}
          </defs>
          <WaysOut current={current} path={path} />
          {COLUMN_MOVES.map(([from, to]) => (
            <Move key={from + to} from={from} to={to} path={path} />
          ))}
          {STATES.map((state) => (
            <State key={state} state={state} current={state === current} possible={next.includes(state)} />
          ))}
        </svg>
        <p className="mt-2 text-dense">
          <span className="text-text2">{t("run:machine.now")}</span> <strong className="font-semibold">{t(`run:state.${current}`)}</strong>
        </p>
        <p className="text-table text-text2">
          {next.length > 0 ? t("run:machine.next", { states: next.map((state) => t(`run:state.${state}`)).join(", ") }) : t("run:machine.end")}
        </p>
        {path.length > 0 && <p className="mt-1 text-table text-text3">{t("run:machine.legend")}</p>}
        <Steps path={path} />
      </div>
    </Panel>
  );
}

function State({ state, current, possible }: { state: TradingState; current: boolean; possible: boolean }) {
  const { t } = useTranslation();
  const { x, y, width } = PLACES[state];
  return (
    <g>
      <rect
        x={x}
        y={y}
        width={width}
        height={NODE.height}
        rx={6}
        strokeWidth={current ? 0 : 1.5}
        strokeDasharray={possible && !current ? "4 3" : undefined}
        className={current ? "fill-accent" : classes("fill-s2", possible ? "stroke-accent" : "stroke-hairline")}
      />
      <text
        x={x + width / 2}
        y={y + NODE.height / 2 + 4}
        textAnchor="middle"
        className={classes("text-[11.5px]", current ? "fill-on-accent font-semibold" : "fill-text2")}
      >
        {t(`run:stateShort.${state}`)}
      </text>
    </g>
  );
}

/** The last number on a line; how often it was walked when more than once. */
function stepLabel(steps: Step[]): string {
  const last = steps.at(-1);
  return !last ? "" : steps.length === 1 ? String(last.no) : `${last.no} (×${steps.length})`;
}

function Move({ from, to, path }: { from: TradingState; to: TradingState; path: Step[] }) {
  const taken = path.filter((step) => step.from === from && step.to === to);
  const { path: line, label } = arrow(from, to);
  return (
    <g>
      <path
        d={line}
        fill="none"
        strokeWidth={taken.length > 0 ? 2 : 1}
        markerEnd={`url(#arrow-${taken.length > 0 ? "accent" : "hairline"})`}
        className={taken.length > 0 ? "stroke-accent" : "stroke-hairline"}
      />
      {taken.length > 0 && <Number x={label.x} y={label.y} text={stepLabel(taken)} />}
    </g>
  );
}

function Number({ x, y, text }: { x: number; y: number; text: string }) {
  const width = 8 + text.length * 6;
  const left = Math.max(0, x - width / 2);
  return (
    <g>
      <rect x={left} y={y - 8} width={width} height={16} rx={4} className="fill-bg stroke-accent" />
      <text x={left + width / 2} y={y + 4} textAnchor="middle" className="fill-text text-[10px] font-semibold">
        {text}
      </text>
    </g>
  );
}

/** From every state to "paused" and "off": one bracket instead of eleven lines. */
function WaysOut({ current, path }: { current: TradingState; path: Step[] }) {
  const bracket = 184;
  return (["PAUSED", "DISABLED"] as const).map((state) => {
    const { x, y } = PLACES[state];
    const taken = path.filter((step) => step.to === state || (state === "PAUSED" && step.from === state));
    const middle = y + NODE.height / 2;
    const walked = taken.length > 0 || current === state;
    return (
      <g key={state}>
        <path
          d={`M ${PLACES.IDLE.x + NODE.width} ${state === "PAUSED" ? 20 : 326} H ${bracket} V ${middle} H ${x - 1}`}
          fill="none"
          strokeWidth={walked ? 2 : 1}
          strokeDasharray={walked ? undefined : "2 3"}
          markerStart={state === "PAUSED" ? `url(#arrow-${walked ? "accent" : "hairline"})` : undefined}
          markerEnd={`url(#arrow-${walked ? "accent" : "hairline"})`}
          className={walked ? "stroke-accent" : "stroke-control"}
        />
        {taken.length > 0 && <Number x={x + 46} y={y + NODE.height + 12} text={stepLabel(taken)} />}
      </g>
    );
  });
}

/** The same path as text. */
function Steps({ path }: { path: Step[] }) {
  const { t } = useTranslation();
  return (
    <details className="mt-2">
      <summary className="min-h-6 rounded-sm text-dense text-accent">{t("run:machine.steps", { count: path.length })}</summary>
      {path.length === 0 ? (
        <p className="mt-1 text-dense text-text2">{t("run:machine.noSteps")}</p>
      ) : (
        <ol className="mt-1 max-h-48 overflow-y-auto text-table">
          {path.map((step) => (
            <li key={step.seq} className="flex gap-2 border-b border-hairline py-1">
              <span className="num w-6 shrink-0 text-right text-text3">{step.no}.</span>
              <span className="min-w-0 flex-1">
                {t(`run:state.${step.from}`)} → {t(`run:state.${step.to}`)}
              </span>
              <Time at={step.at} form="ms" className="text-text3" />
            </li>
          ))}
        </ol>
      )}
    </details>
  );
}
