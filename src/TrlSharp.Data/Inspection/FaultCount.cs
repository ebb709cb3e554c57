using TrlSharp.Conversations;

namespace TrlSharp.Inspection;

/// <summary>How often something was found, and where first.</summary>
/// <param name="Fault">What.</param>
/// <param name="Count">Findings.</param>
/// <param name="Example">The first finding, with its row.</param>
public sealed record FaultCount(MaskFault Fault, long Count, string Example);
