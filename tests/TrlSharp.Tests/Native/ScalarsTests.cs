using Mono.Cecil;
using TorchSharp;
using TrlSharp.Native;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Native;

[Collection(nameof(Alone))]
public sealed class ScalarsTests
{
    /// <summary>Reads the compiled code: no method of ours makes a number for libtorch that nothing holds, neither itself nor through one of TorchSharp's that does.</summary>
    [Fact]
    public void Every_number_outlives_the_call_that_reads_it()
    {
        using var library = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
        using var ours = ModuleDefinition.ReadModule(typeof(Scalars).Assembly.Location);
        var unsafeMethods = MethodsThatMakeNumbers(library);
        var found = from method in Methods(ours)
                    where method.DeclaringType.FullName != typeof(Scalars).FullName
                    from call in Calls(method)
                    where MakesNumber(call) || unsafeMethods.Contains(Key(call))
                    select $"{method.DeclaringType.FullName}.{method.Name} calls {Key(call)}: take Scalars.Of";
        Assert.Empty(found.Distinct());
    }

    [Fact]
    public void The_reader_of_compiled_code_knows_what_to_look_for()
    {
        using var library = ModuleDefinition.ReadModule(typeof(torch).Assembly.Location);
        var unsafeMethods = MethodsThatMakeNumbers(library);
        Assert.Contains("TorchSharp.torch/Tensor::op_Multiply(TorchSharp.torch/Tensor,System.Double)", unsafeMethods);
        Assert.Contains("TorchSharp.torch/Tensor::op_Addition(TorchSharp.torch/Tensor,TorchSharp.torch/Tensor)", unsafeMethods);
        Assert.Contains("TorchSharp.torch/nn/functional::mish(TorchSharp.torch/Tensor,System.Boolean)", unsafeMethods); // Through softplus.
        Assert.DoesNotContain("TorchSharp.torch/Tensor::add(TorchSharp.torch/Tensor,TorchSharp.Scalar)", unsafeMethods);
    }

    [Fact]
    public void Numbers_stay_right_while_other_threads_collect()
    {
        using var scope = NewDisposeScope();
        using var ended = new ManualResetEventSlim();
        var collector = new Thread(() =>
        {
            while (!ended.IsSet)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        var wrong = 0;
        using (var ones = torch.ones(4))
        {
            for (var i = 0; i < 20_000; i++)
            {
                using var inner = NewDisposeScope();
                var result = (ones * Scalars.Of(i)).Plus(0.5).PlusInPlace(ones).SubtractedFrom(1); // [4]
                if (result[3].item<float>() != 1 - (i + 1.5f)) wrong++;
            }
        }

        ended.Set();
        collector.Join();
        Assert.Equal(0, wrong);
    }

    [Theory]
    [InlineData(-30.0)]
    [InlineData(-1.5)]
    [InlineData(0.0)]
    [InlineData(0.7)]
    [InlineData(19.0)]
    [InlineData(40.0)]
    public void Functions_are_what_their_formulas_say(double x)
    {
        using var scope = NewDisposeScope();
        var value = tensor(x, dtype: ScalarType.Float64); // []
        Assert.Equal(Math.Log(1 + Math.Exp(x)), value.Softplus().item<double>(), 1e-12 * Math.Max(1, Math.Abs(x)));
        Assert.Equal(x * x, value.Squared().item<double>());
        Assert.Equal(3 - x, value.SubtractedFrom(3).item<double>());
        Assert.Equal(Math.Abs(x), value.Length());
    }

    private static HashSet<string> MethodsThatMakeNumbers(ModuleDefinition library)
    {
        var methods = Methods(library).Where(m => !m.DeclaringType.FullName.Contains("Scalar", StringComparison.Ordinal)).Select(m => (Key: Key(m), Calls: Calls(m).ToList())).ToList();
        var found = methods.Where(m => m.Calls.Exists(MakesNumber)).Select(m => m.Key).ToHashSet();
        while (methods.Where(m => !found.Contains(m.Key) && m.Calls.Exists(c => found.Contains(Key(c)))).Select(m => m.Key).ToList() is { Count: > 0 } more) found.UnionWith(more);
        return found;
    }

    private static bool MakesNumber(MethodReference call) => call.FullName.Contains("Tensor::ToScalar()", StringComparison.Ordinal) || call.DeclaringType.FullName switch
    {
        "TorchSharp.Scalar" => call.Name == "op_Implicit",
        "TorchSharp.ScalarExtensionMethods" => call.Name.StartsWith("ToScalar", StringComparison.Ordinal),
        _ => false,
    };

    private static IEnumerable<MethodDefinition> Methods(ModuleDefinition module) => module.GetTypes().SelectMany(t => t.Methods);

    private static IEnumerable<MethodReference> Calls(MethodDefinition method) => method.HasBody ? method.Body.Instructions.Select(i => i.Operand).OfType<MethodReference>() : [];

    private static string Key(MethodReference method) => method.DeclaringType.GetElementType().FullName + "::" + method.GetElementMethod().FullName.Split("::")[^1];
}
