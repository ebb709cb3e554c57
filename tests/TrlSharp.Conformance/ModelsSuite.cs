using TrlSharp.Conformance.Models;

namespace TrlSharp.Conformance;

/// <summary>conformance/models: forward pass, gradients, one optimizer step, generation and storage of every architecture, against transformers.</summary>
internal static class ModelsSuite
{
    public static IEnumerable<CaseResult> Run(string folder) => CaseRunner.Run(folder, path => new ModelCase(path).Check());
}
