import type { FollowUpKind, FollowUpTemplate } from './types';

type BuiltIn = Pick<FollowUpTemplate, 'subject' | 'text'>;

/** The text between salutation and signature. */
function letter(subject: string, ...paragraphs: string[]): BuiltIn {
	const parts = ['[[salutation]]', ...paragraphs, 'Kind regards,\n[[sender]]'];
	return { subject, text: parts.join('\n\n') };
}

/** Fit to be sent as they are, by whichever stage guide: none says more than the lead does. */
export const TEMPLATES: Readonly<Record<FollowUpKind, BuiltIn>> = {
	trialStarted: letter(
		'Your test drive of [[offer]]',
		'Thank you for [[occasion]].',
		'What would you like it to do for you? If you tell me in a line or two, I can show you the shortest way there, or walk you through it in a short call.',
		'If anything does not work as you expect, just reply to this message.',
	),
	repeatTrial: letter(
		'Your new test drive of [[offer]]',
		'Thank you for taking another test drive of [[offer]].',
		'Is there something you would like to see that the test drive does not show? I am glad to go through it with you, with an example that is close to your own work.',
	),
	initialInterest: letter(
		'Your interest in [[offer]]',
		'Thank you for [[occasion]].',
		'What would you like to achieve with it? If you tell me in a line or two, I can point you to what fits: a short demonstration, a quote, or help with setting it up.',
		'Just reply to this message.',
	),
	interestAfterTrial: letter(
		'After your test drive of [[offer]]',
		'You took a test drive of [[offer]], and now you have come back to it. Thank you!',
		'Which of your questions did the test drive leave open? I am glad to answer them, or to show you what it would look like for your own work.',
	),
	repeatInterest: letter(
		'Your questions about [[offer]]',
		'You have come back to [[offer]]. Thank you!',
		'What would help you to decide: a demonstration, prices for your case, or a talk with somebody who knows the technical side? A short reply is enough, and I will see to it.',
	),
	active: letter(
		'Your next steps with [[offer]]',
		'Thank you for [[occasion]].',
		'I would like to help you to get going. Which day this week or next suits you for a call of twenty minutes? If you would rather write, tell me what you have in mind, and I will answer in detail.',
	),
	activeAgain: letter(
		'How can I help you with [[offer]]?',
		'Thank you for [[occasion]].',
		'This is not the first time that we hear from you about it. If you are still waiting for an answer, or if something keeps you from getting on, please tell me, and I will take care of it myself.',
	),
	trialBecameActive: letter(
		'From your test drive to [[offer]]',
		'You took a test drive of [[offer]], and now you are going further. Thank you!',
		'To help you to a good start, I would like to hear what you plan to do with it and by when. Which day this week or next suits you for a call of twenty minutes?',
	),
	returning: letter(
		'Good to hear from you again about [[offer]]',
		'You know [[offer]] already, and you have just shown interest in it again. Thank you!',
		'Is there something that you miss, or are there others in your company who could use it? Just reply to this message, and I will help.',
	),
	otherInterest: letter(
		'Your interest in [[offer]]',
		'Thank you for your interest in [[offer]].',
		'How can I help you? A line or two in reply is enough.',
	),
};
