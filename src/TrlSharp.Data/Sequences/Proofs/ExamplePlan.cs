namespace TrlSharp.Sequences.Proofs;

/// <summary>One example that a conversation becomes.</summary>
/// <param name="Prover">With its renders and template variables.</param>
/// <param name="Text">The rendered messages.</param>
/// <param name="Turns">The turns trained here, in order; all others in the text are context.</param>
internal sealed record ExamplePlan(TurnProver Prover, RenderIndex Text, IReadOnlyList<(TurnProof Proof, SampledSpan Span)> Turns);
