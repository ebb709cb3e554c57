using TrlSharp.Conformance.Models;

namespace TrlSharp.Conformance;

/// <summary>conformance/models: forward pass, gradients, one optimizer step, generation and storage of every architecture, against transformers.</summary>
internal static class ModelsSuite
{
    public static IEnumerable<CaseResult> Run(string folder)
    {
        TorchSharp.torch.set_num_threads(1);
        foreach (var path in Directory.GetDirectories(folder).Where(path => File.Exists(Path.Combine(path, "golden.json"))).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(path);
            CaseResult result;
            try
            {
                using var scope = TorchSharp.torch.NewDisposeScope();
                new ModelCase(path).Check();
                result = CaseResult.Pass(name);
            }
            catch (DifferenceException difference)
            {
                result = CaseResult.Fail(name, difference.Message);
            }
            catch (ModelFolderException refusal)
            {
                result = CaseResult.Refuse(name, refusal.Message);
            }
            catch (Exception fault) when (fault is System.Runtime.InteropServices.ExternalException or InvalidOperationException or ArgumentException)
            {
                result = CaseResult.Fail(name, fault.Message.Split('\n')[0]);
            }

            yield return result;
        }
    }
}
