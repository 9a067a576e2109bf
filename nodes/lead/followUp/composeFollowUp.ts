import { emailAddress } from '../emailAddress';
import { toStep } from '../merge/step';
import type { JourneyStep, MergedCustomer } from '../merge/types';
import type { Lead } from '../types';
import { asItIs, formulaSafe, oneLine } from './escape';
import { HtmlTemplate, htmlOf } from './htmlTemplate';
import { KIND_RULES, kindOf } from './kind';
import { type Facts, newestOffer, PLACEHOLDERS, readSender } from './placeholders';
import { REASONS_NOT_TO_WRITE } from './reasonNotToWrite';
import { fill, parseTemplate, type Piece, TextTemplate, type Values } from './template';
import { TEMPLATES } from './templates';
import type { FollowUp, FollowUpKind, FollowUpOptions } from './types';

type Composer = (entry: Lead | MergedCustomer) => FollowUp;

interface Compiled {
	subject: readonly Piece[];
	text: TextTemplate;
	html: HtmlTemplate | undefined;
}

const KINDS = Object.keys(TEMPLATES) as FollowUpKind[];

/** Kinds for which nothing is planned, not even a call. */
const SILENT: ReadonlySet<string> = new Set(['doNotContact', 'testLead']);

/** The fitting follow-up of one lead or customer. Use a composer for many. @throws TemplateError */
export function composeFollowUp(entry: Lead | MergedCustomer, options?: FollowUpOptions): FollowUp {
	return followUpComposer(options)(entry);
}

/**
 * What composes follow-ups by these options, of whose templates each is read once.
 * @throws TemplateError for a template that cannot be used
 */
export function followUpComposer(options: FollowUpOptions = {}): Composer {
	const sender = readSender(options.sender ?? '');
	const compiled = new Map(KINDS.map((kind) => [kind, compile(kind, options)]));
	return (entry) => {
		const steps = 'journey' in entry ? entry.journey : [toStep(entry)];
		const facts = factsOf(entry, steps, sender);
		const kind = kindOf(steps);
		const followUp = compose(entry, facts, kind, compiled.get(kind));
		return options.includeSheetRow
			? { ...followUp, sheetRow: sheetRow(entry, facts, followUp) }
			: followUp;
	};
}

function compose(
	entry: Lead | MergedCustomer,
	facts: Facts,
	kind: FollowUpKind,
	templates: Compiled | undefined,
): FollowUp {
	const reason = REASONS_NOT_TO_WRITE.find((rule) =>
		rule.applies({ ...entry, customer: facts.customer }),
	);
	if (reason || !templates) {
		const { code = '', sentence = '' } = reason ?? {};
		return {
			write: false,
			reason: code,
			reasonText: sentence,
			kind: SILENT.has(code) ? '' : kind,
			// Empty, so that a workflow that does not look at `write` writes to nobody.
			to: '',
			subject: '',
			text: '',
			html: '',
		};
	}
	const values: Values = (placeholder) => PLACEHOLDERS[placeholder](facts);
	// Once more, because two values side by side can make what none of them holds.
	const text = asItIs(templates.text.render(values));
	return {
		write: true,
		reason: '',
		reasonText: '',
		kind,
		to: emailAddress(facts.customer.email),
		subject: asItIs(oneLine(fill(templates.subject, values))),
		text,
		html: templates.html?.render(values) ?? htmlOf(text),
	};
}

function compile(kind: FollowUpKind, { templates = {} }: FollowUpOptions): Compiled {
	const own = templates[kind] ?? {};
	const name = KIND_RULES.find((rule) => rule.kind === kind)?.name ?? kind;
	const html = own.html?.trim() ? own.html : '';
	return {
		subject: parseTemplate(own.subject?.trim() || TEMPLATES[kind].subject, `subject of "${name}"`),
		text: new TextTemplate(own.text?.trim() || TEMPLATES[kind].text, `text of "${name}"`),
		html: html === '' ? undefined : new HtmlTemplate(html, `HTML of "${name}"`),
	};
}

function factsOf(
	{ customer, campaign }: Lead | MergedCustomer,
	steps: readonly JourneyStep[],
	sender: string,
): Facts {
	return { customer, campaign, newest: steps.at(-1), offer: newestOffer(steps), sender };
}

function sheetRow(
	entry: Lead | MergedCustomer,
	facts: Facts,
	followUp: FollowUp,
): Record<string, string> {
	const { firstName, lastName, company, title, phone, country, email } = facts.customer;
	const row = {
		email: emailAddress(email) || email,
		firstName,
		lastName,
		company,
		jobTitle: title,
		phone,
		country,
		offer: PLACEHOLDERS.offer(facts),
		offerId: PLACEHOLDERS.offerId(facts),
		stage: entry.stage,
		kind: followUp.kind,
		write: followUp.write ? 'yes' : 'no',
		reason: followUp.reasonText,
		subject: followUp.subject,
	};
	return Object.fromEntries(Object.entries(row).map(([name, cell]) => [name, formulaSafe(cell)]));
}
