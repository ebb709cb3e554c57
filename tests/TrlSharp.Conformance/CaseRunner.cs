using System.Runtime.InteropServices;
using TrlSharp.Conformance.Models;
using static TorchSharp.torch;

namespace TrlSharp.Conformance;

/// <summary>Runs one check for every folder that holds a golden.json.</summary>
internal static class CaseRunner
{
    public static IEnumerable<CaseResult> Run(string folder, Action<string> check)
    {
        set_num_threads(1);
        foreach (var path in Directory.GetDirectories(folder).Where(path => File.Exists(Path.Combine(path, "golden.json"))).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            CaseResult result;
            try
            {
                using var scope = NewDisposeScope();
                check(path);
                result = CaseResult.Pass(name);
            }
            catch (DifferenceException difference)
            {
                result = CaseResult.Fail(name, difference.Message);
            }
            catch (TrlSharpException refusal)
            {
                result = CaseResult.Refuse(name, refusal.Message);
            }
            catch (Exception fault) when (fault is ExternalException or InvalidOperationException or ArgumentException)
            {
                result = CaseResult.Fail(name, fault.Message.Split('\n')[0]);
            }

            yield return result;
        }
    }
}
