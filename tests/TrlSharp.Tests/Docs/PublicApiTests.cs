using System.Reflection;
using PublicApiGenerator;
using TrlSharp.Models;
using TrlSharp.Rows;

namespace TrlSharp.Tests.Docs;

/// <summary>What other people's code may lean on. A change of it shows up as a change of a file under <c>docs/api</c>, and is read there.</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData(typeof(Row))]
    [InlineData(typeof(ICausalLM))]
    public void The_public_surface_is_the_one_that_is_written_down(Type any)
    {
        var assembly = any.Assembly;
        var surface = assembly.GeneratePublicApi(new ApiGeneratorOptions { IncludeAssemblyAttributes = false, ExcludeAttributes = [typeof(AssemblyMetadataAttribute).FullName!] });
        WrittenPage.Check($"docs/api/{assembly.GetName().Name}.txt", surface.ReplaceLineEndings("\n") + "\n");
    }
}
