using TrlSharp.Conformance.Models;

namespace TrlSharp.Conformance;

/// <summary>conformance/peft: adapters of PEFT on the models of conformance/models.</summary>
internal static class PeftSuite
{
    public static IEnumerable<CaseResult> Run(string folder) => CaseRunner.Run(folder, path => new AdapterCase(path).Check());
}
